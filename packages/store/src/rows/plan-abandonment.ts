import type { EncodedEvent, RunRow } from "../event-store.js";
import { completeRun, isLapsed } from "./run-row.js";

/** The row of a run once `event` has ended it; `undefined` where it has ended or its lease holds. */
export function planAbandonment(
  run: RunRow | undefined,
  { event }: EncodedEvent,
  head: number,
  now: number,
): RunRow | undefined {
  if (run === undefined || !isLapsed(run, now) || event.type !== "agent_completed")
    return undefined;
  return { ...completeRun(run, event), last: head + 1 };
}
