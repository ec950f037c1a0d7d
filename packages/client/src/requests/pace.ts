import type { Clock } from "@runwire/protocol";
import { createTimer } from "../environment.js";
import type { ServerError } from "./server-error.js";

/** Holds back what would come too fast: who goes on after `rate_limited` is closed with 4429. */
export interface Pace {
  /** Why nothing may be sent now: what the server said. */
  reason(): ServerError | undefined;
  /** The server has asked to be left alone for a while. */
  hold(reason: ServerError): void;
  stop(): void;
}

/** For how long where the server does not say it. */
export const retryMs = 1_000;

/**
 * After a pause `sendNext` sends one of those that wait; it is called again after as long as the server had
 * asked for, its time for one message, until it returns `false` because none waits any more.
 */
export function createPace(clock: Clock, sendNext: (reason: ServerError) => boolean): Pace {
  const timer = createTimer(clock);
  let current: ServerError | undefined;
  return {
    reason: () => current,
    hold,
    stop() {
      current = undefined;
      timer.clear();
    },
  };

  function hold(reason: ServerError): void {
    current = reason;
    timer.set(reason.retryAfterMs ?? retryMs, () => {
      current = undefined;
      if (sendNext(reason)) hold(reason);
    });
  }
}
