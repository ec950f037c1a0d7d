import { expect, test } from "vitest";
import { isRequired } from "../../../scripts/testing/chromium.ts";
import { scenarios } from "../../src/processes/scenarios.ts";

/** The share of every commit. */
const amounts = {
  seed: 1,
  kills: 4,
  exits: 4,
  storm: {
    clients: 300,
    restMs: 100,
    backoff: { firstMs: 100, maxMs: 2_000, attempts: 1_000_000 },
  },
};

test.concurrent.for(Object.entries(scenarios))(
  "%s loses nothing and shows nothing twice",
  {
    timeout: 180_000,
  },
  async ([, { play }], { skip }) => {
    const outcome = await play(amounts);
    if (!("skipped" in outcome)) return expect(outcome.anomalies, outcome.figures).toEqual([]);
    if (isRequired("prlimit")) throw new Error(outcome.skipped);
    skip(outcome.skipped);
  },
);
