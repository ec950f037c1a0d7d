import type { Clock } from "@runwire/protocol";
import { createTimer } from "../environment.js";

/** Holds back what would come too fast: who goes on after `rate_limited` is closed with 4429. */
export interface Pace {
  /** Whether nothing may be sent now. */
  isHeld(): boolean;
  /** The server has asked to be left alone for so long. */
  hold(ms: number): void;
  stop(): void;
}

/**
 * After a pause `sendNext` sends one of those that wait; it is called again after as long as the server had
 * asked for, its time for one message, until it returns `false` because none waits any more.
 */
export function createPace(clock: Clock, sendNext: () => boolean): Pace {
  const timer = createTimer(clock);
  let isHeld = false;
  return {
    isHeld: () => isHeld,
    hold,
    stop() {
      isHeld = false;
      timer.clear();
    },
  };

  function hold(ms: number): void {
    isHeld = true;
    timer.set(ms, () => {
      isHeld = false;
      if (sendNext()) hold(ms);
    });
  }
}
