import fc from "fast-check";
import type { Anomaly } from "../checker/history.ts";
import type { Plant } from "../simulated/backstage.ts";
import { play } from "../simulated/play.ts";
import { schedules } from "../simulated/schedules.ts";

/** What a search has found. */
export interface Search {
  readonly names: readonly Anomaly["name"][];
  /** How many schedules were played. */
  readonly schedules: number;
}

/** Plays schedules until one shows what is wanted (or, where nothing is said, anything), at most `most`. */
export async function search(
  most: number,
  wanted?: Anomaly["name"],
  { plant = {}, seed = 3 }: { readonly plant?: Plant; readonly seed?: number } = {},
): Promise<Search> {
  const found = new Set<Anomaly["name"]>();
  let count = 0;
  const property = fc.asyncProperty(fc.integer(), schedules, async (world, steps) => {
    count += 1;
    for (const { name } of (await play(world, steps, plant)).anomalies) found.add(name);
    return wanted === undefined ? found.size === 0 : !found.has(wanted);
  });
  // Found is found: the smallest schedule is of no interest here, and the seed says which are tried.
  await fc.check(property, { numRuns: most, seed, endOnFailure: true });
  return { names: [...found], schedules: count };
}
