import type { ResetReason } from "@runwire/protocol";
import type { ChannelHead } from "@runwire/store";
import type { ServerClock } from "../clock.js";
import type { EventLog } from "../log/event-log.js";
import type { EventsFrame } from "../log/events-frame.js";
import type { Logger } from "../logger.js";
import type { BatchOptions, ReplayOptions } from "../options.js";
import type { BatchWindow } from "./batch-window.js";

/** Who follows a channel. Nothing here throws. */
export interface HubSubscriber {
  /** The next frame, for whoever stands at its `after`. */
  offer(frame: EventsFrame): void;
  /** The log is not the one it was, or lost what was not handed out yet: begin anew. */
  reset(reason: ResetReason, head: ChannelHead): void;
}

/** What every hub of a server shares. */
export interface HubServices {
  readonly log: EventLog;
  readonly clock: ServerClock;
  readonly logger: Logger;
  readonly batch: BatchOptions;
  /** How long deltas wait, by the load of all hubs together. */
  readonly window: BatchWindow;
  readonly replay: ReplayOptions;
  readonly maxEventBytes: number;
  /** Told that a channel's history was trimmed up to `floor`, or without one that it may be another log. */
  readonly onHistoryChanged: (channel: string, floor?: number) => void;
}
