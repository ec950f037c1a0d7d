import fc from "fast-check";
import { expect, test } from "vitest";
import { play } from "./play.ts";
import { schedules } from "./steps.ts";

/*
 * Servers, clients and a store in one process, on a clock that stands still and random numbers that repeat. A failure
 * prints seed, path and the steps that are left; `RUNWIRE_SEED` and `RUNWIRE_PATH` repeat it, `RUNWIRE_RUNS` looks
 * further.
 */

const { RUNWIRE_RUNS = "300", RUNWIRE_SEED, RUNWIRE_PATH } = process.env;
const numRuns = Number(RUNWIRE_RUNS);

test("whatever fails, everybody is handed the log, or told to begin anew", {
  timeout: 60_000 + numRuns * 500,
}, async () => {
  const property = fc.asyncProperty(fc.integer(), schedules, async (seed, steps) => {
    expect(await play(seed, steps)).toEqual([]);
  });
  await fc.assert(property, {
    numRuns,
    ...(RUNWIRE_SEED !== undefined && { seed: Number(RUNWIRE_SEED) }),
    ...(RUNWIRE_PATH !== undefined && { path: RUNWIRE_PATH }),
  });
});
