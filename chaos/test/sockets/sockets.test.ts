import { expect, test } from "vitest";
import { hunt } from "../../src/hunt/hunt.ts";
import { tellFailure } from "../../src/hunt/tell-failure.ts";
import { socketTier } from "../../src/hunt/tiers.ts";

/** The share of every commit; `RUNWIRE_SOCKET_RUNS=500` looks further, and elsewhere. */
const runs = Number(process.env.RUNWIRE_SOCKET_RUNS ?? 25);
const seed = process.env.RUNWIRE_SOCKET_RUNS === undefined ? 1 : Date.now() % 2 ** 31;

test("on real sockets over a real file everybody is handed the log too", {
  timeout: 120_000 + runs * 10_000,
}, async () => {
  const { failure } = await hunt(socketTier, { seed, runs, limitMs: 60_000 + runs * 5_000 });
  // The schedule and how often it fails are what one needs to know.
  expect(failure && tellFailure("B", failure)).toBeUndefined();
});
