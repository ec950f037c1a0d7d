import { checkHistory } from "../checker/check-history.ts";
import type { Play } from "../checker/history.ts";
import type { SocketSchedule } from "./socket-steps.ts";
import { SocketWorld } from "./socket-world.ts";

/** Plays a schedule to its end. The same bytes are cut each time; what happens between them may differ. */
export async function playSockets(seed: number, { plans, steps }: SocketSchedule): Promise<Play> {
  const world = await SocketWorld.open(seed, plans);
  try {
    for (const step of steps) await world.do(step);
    await world.comeToRest();
    const folds = await world.checkFolds();
    const history = [...world.history];
    return { history, anomalies: [...checkHistory(history), ...folds] };
  } finally {
    await world.close();
  }
}
