import { expect, test } from "vitest";
import { scenarios } from "../../src/processes/scenarios.ts";

/** The share of every commit. */
const amounts = { seed: 1, kills: 4, exits: 4 };

test.concurrent.for(Object.entries(scenarios))(
  "%s loses nothing and shows nothing twice",
  {
    timeout: 180_000,
  },
  async ([name, play]) => {
    const outcome = await play(amounts);
    if ("skipped" in outcome) console.warn(`${name}: SKIPPED, ${outcome.skipped}`);
    else expect(outcome.anomalies, outcome.figures).toEqual([]);
  },
);
