import type { ChannelHead } from "@runwire/store";
import type { EventLog } from "../log/event-log.js";
import type { ChannelHub } from "./channel-hub.js";
import { chooseRuns, type RunChoice } from "./choose-runs.js";

/** Where a delivery from the start begins to be live, and which runs it has before; absent: all. */
export interface ChosenStart {
  readonly head: ChannelHead;
  readonly choice?: RunChoice;
}

/** Chooses the runs of a delivery from the start, whichever start or end meanwhile. */
export async function chooseStart(
  log: EventLog,
  hub: ChannelHub,
  runs: number,
): Promise<ChosenStart> {
  const { channel } = hub;
  const open = await log.store.openRoots(channel);
  const head = await hub.askHead();
  const choice = await chooseRuns(log, { channel, runs, open, head });
  return choice ? { head, choice } : { head };
}
