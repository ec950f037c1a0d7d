import { expect, test } from "vitest";
import { hunt } from "../../src/hunt/hunt.ts";
import { readOptions } from "../../src/hunt/options.ts";
import { simulatedTier, type Tier } from "../../src/hunt/tiers.ts";
import { outerPlants } from "../../src/plants/outer-plants.ts";
import { play } from "../../src/simulated/play.ts";
import type { Step } from "../../src/simulated/steps.ts";

/** As the tier that is hunted in, over a store that forgets. */
const planted: Tier<readonly Step[]> = {
  ...simulatedTier,
  play: (world, steps) =>
    play(world, steps, outerPlants["a store that forgets which publishes it has answered"]),
};

test("a failure is made small, and its seed and path lead to it again", {
  timeout: 120_000,
}, async () => {
  const { failure } = await hunt(planted, { seed: 1, runs: 200, limitMs: 100_000 });
  expect(failure?.hitRate).toBe(1);
  expect(failure?.schedule.length).toBeLessThan(15);
  const { seed = 0, path = "" } = failure ?? {};
  const again = await hunt(planted, { seed, path, runs: 1, limitMs: 100_000 });
  expect(again.schedules).toBe(1);
  expect(again.failure).toMatchObject({ world: failure?.world, schedule: failure?.schedule });
});

test("what is counted is all that is done, unless a tier is named", () => {
  expect(readOptions(["--kills", "500"])).toEqual({ minutes: 5, tiers: ["C"], kills: 500 });
  expect(readOptions(["--storm", "10000", "--exits", "3"])).toEqual({
    ...{ minutes: 5, tiers: ["C"], storm: 10_000, exits: 3 },
  });
  expect(readOptions(["--tier", "A", "--seed", "7", "--path", "3:0"])).toEqual({
    ...{ minutes: 5, tiers: ["A"], seed: 7, path: "3:0" },
  });
  expect(() => readOptions(["--tier", "D"])).toThrow("there are A, B and C");
  expect(() => readOptions(["--minutes", "soon"])).toThrow("give a number");
});
