import { checkHistory } from "../checker/check-history.ts";
import type { Anomaly, Play } from "../checker/history.ts";
import type { Plant } from "./backstage.ts";
import { repeatNames } from "./repeat-names.ts";
import type { Step } from "./steps.ts";
import { World } from "./world.ts";

/** Plays a schedule to its end. The same seed and steps make the same history, entry for entry. */
export function play(seed: number, steps: readonly Step[], plant?: Plant): Promise<Play> {
  return repeatNames(seed, () => playWorld(seed, steps, plant));
}

async function playWorld(seed: number, steps: readonly Step[], plant?: Plant): Promise<Play> {
  // Where a schedule does not ask for it, the same world comes of a seed as before there was such a thing.
  const hasKeepers = steps.some(({ type }) => type === "retain");
  const world = new World(seed, { plant, hasKeepers });
  for (const step of steps) await world.do(step);
  await world.comeToRest();
  // The log was read for the last time: what comes later, when they leave at the latest, is held against nobody.
  const history = [...world.history];
  const folds = await world.checkFolds();
  const timers = await world.end();
  return {
    history,
    anomalies: [...checkHistory(history), ...folds, ...checkTimers(timers)],
  };
}

function checkTimers(count: number): readonly Anomaly[] {
  if (count === 0) return [];
  return [{ name: "leak", detail: `${count} timers are left when everybody has gone` }];
}
