import { checkHistory } from "./check-history.ts";
import type { Anomaly } from "./history.ts";
import { revalidateMs } from "./server-process.ts";
import type { Step } from "./steps.ts";
import { type Plant, World } from "./world.ts";

/** A question to the application may be as old as the slowest answers of the store. */
const graceMs = revalidateMs + 1_000;

/** Plays a schedule to its end; answers what was wrong with it. */
export async function play(
  seed: number,
  steps: readonly Step[],
  plant?: Plant,
): Promise<readonly Anomaly[]> {
  const world = new World(seed, plant);
  for (const step of steps) await world.do(step);
  await world.comeToRest();
  const anomalies = checkHistory(world.history, graceMs);
  await world.end();
  return anomalies;
}
