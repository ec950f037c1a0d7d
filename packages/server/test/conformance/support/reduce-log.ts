import {
  type ChannelState,
  emptyChannelState,
  type LoggedEvent,
  reduceChannel,
} from "@runwire/protocol";
import type { WireEvent } from "../bare/wire.ts";

/** What the packages make of a log that the bare client has read. */
export function reduceLog(events: readonly WireEvent[]): ChannelState {
  // Both types describe § 2; the server has checked the events when they were published.
  return reduceChannel(emptyChannelState, events as readonly unknown[] as readonly LoggedEvent[]);
}
