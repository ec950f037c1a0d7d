import { systemClock } from "@runwire/protocol";
import type { ServerClock } from "@runwire/server";

/** The system's clock for a server, and how many of its timers are set. */
export interface CountingClock extends ServerClock {
  timers(): number;
}

/** Timers that do not keep a process alive are in none of Node's own lists, so they are counted here. */
export function createCountingClock(): CountingClock {
  const set = new Set<object>();
  return {
    ...systemClock,
    after: (milliseconds, callback) => {
      const timer = setTimeout(
        () => {
          set.delete(timer);
          callback();
        },
        Math.min(milliseconds, 2 ** 31 - 1),
      );
      timer.unref();
      set.add(timer);
      return () => {
        set.delete(timer);
        clearTimeout(timer);
      };
    },
    soon(callback) {
      const immediate = setImmediate(callback);
      return () => clearImmediate(immediate);
    },
    timers: () => set.size,
  };
}
