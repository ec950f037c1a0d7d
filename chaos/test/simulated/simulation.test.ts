import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { History } from "../../src/checker/history.ts";
import { play } from "../../src/simulated/play.ts";
import { schedules } from "../../src/simulated/schedules.ts";

/*
 * Servers, clients and a store in one process, on a clock that stands still and random numbers that repeat. A failure
 * prints seed, path and the steps that are left; `RUNWIRE_SEED` and `RUNWIRE_PATH` repeat it, `RUNWIRE_RUNS` looks
 * further, and `RUNWIRE_HISTORY` names a file for the history of the smallest failure, one entry a line.
 */

const { RUNWIRE_RUNS, RUNWIRE_SEED, RUNWIRE_PATH, RUNWIRE_HISTORY } = process.env;
const numRuns = Number(RUNWIRE_RUNS ?? 250);
/** Whoever looks further looks elsewhere each time; the share of every commit is always the same. */
const givenSeed = RUNWIRE_SEED ?? (RUNWIRE_RUNS === undefined ? "1" : undefined);

test("whatever fails, everybody is handed the log, or told to begin anew", {
  timeout: 60_000 + numRuns * 500,
}, async () => {
  const property = fc.asyncProperty(fc.integer(), schedules, async (seed, steps) => {
    const { history, anomalies } = await play(seed, steps);
    if (anomalies.length > 0) keep(history);
    expect(anomalies).toEqual([]);
  });
  await fc.assert(property, {
    numRuns,
    ...(givenSeed !== undefined && { seed: Number(givenSeed) }),
    ...(RUNWIRE_PATH !== undefined && { path: RUNWIRE_PATH }),
  });
});

function keep(history: History): void {
  if (RUNWIRE_HISTORY === undefined) return;
  writeFileSync(RUNWIRE_HISTORY, history.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
}

test("the same seed and steps make the same history", { timeout: 60_000 }, async () => {
  const property = fc.asyncProperty(fc.integer(), schedules, async (seed, steps) => {
    const first = await play(seed, steps);
    expect((await play(seed, steps)).history).toEqual(first.history);
  });
  await fc.assert(property, { numRuns: 25 });
});
