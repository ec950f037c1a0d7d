import type { EventStore } from "@runwire/store";
import fc from "fast-check";
import { expect, test } from "vitest";
import { plants } from "../../src/plants/plants.ts";
import { play } from "../../src/simulated/play.ts";
import { schedules } from "../../src/simulated/steps.ts";
import type { Plant } from "../../src/simulated/world.ts";

/** How many schedules a mistake may survive. */
const numRuns = 200;

/** The names of all that the schedules show, until one shows what is looked for, or anything. */
async function search(plant: Plant, runs: number, wanted?: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const property = fc.asyncProperty(fc.integer(), schedules, async (seed, steps) => {
    for (const { name } of (await play(seed, steps, plant)).anomalies) found.add(name);
    return wanted === undefined ? found.size === 0 : !found.has(wanted);
  });
  // Found is found: the smallest schedule is of no interest here, and the seed says which are tried.
  await fc.check(property, { numRuns: runs, seed: 1, endOnFailure: true });
  return found;
}

test.each(Object.entries(plants))("%s is found", { timeout: 60_000 }, async (_, plant) => {
  expect(await search(plant, numRuns, plant.shows)).toContain(plant.shows);
});

test("what only looks at everything that passes changes nothing", async () => {
  const same = (text: string) => JSON.stringify(JSON.parse(text));
  const plant = { store: (store: EventStore) => store, sent: same, asked: same };
  expect(await search(plant, 50)).toEqual(new Set());
});
