import type { ErrorCode, Subscribed } from "@runwire/protocol";
import type { EventsFrame } from "../log/events-frame.js";

/** Where a subscription delivers to. */
export interface SubscriptionSink {
  /** Whether a frame of this size may be pushed now. */
  canTake(bytes: number): boolean;
  /**
   * Does `work`, which sends something large, when there is room for it, or the sink is gone. One after another
   * for all that the sink belongs to: a connection with 128 slow subscriptions holds one page, not 128.
   */
  inTurn<Value>(work: () => Promise<Value>): Promise<Value>;
  sendFrame(frame: EventsFrame): void;
  /** Sends what was read from the log. */
  sendPage(frame: EventsFrame): void;
  sendSubscribed(message: Subscribed): void;
  /** Whether the user may still read the channel. */
  mayRead(): Promise<boolean>;
  /** The subscription ended from within. */
  onEnded(code: ErrorCode): void;
}
