import type { Clock } from "@runwire/protocol";

/** Calls `callback` once after `ms`, unless it is set again or cleared first. */
export interface Timer {
  set(ms: number, callback: () => void): void;
  clear(): void;
}

/** A timer that is one timer however often it is set. */
export function createTimer(clock: Clock): Timer {
  let clear = () => {};
  return {
    set(ms, callback) {
      clear();
      // A due time may have passed already; Node warns of a negative length.
      clear = clock.after(Math.max(0, ms), callback);
    },
    clear: () => clear(),
  };
}

/**
 * Settles as `work` does, or before that as `watch` says; what `watch` returns is called in the end, so that
 * nothing keeps waiting for what nobody wants any more.
 */
export async function unless<Value>(
  work: Promise<Value>,
  watch: (resolve: () => void, reject: (error: Error) => void) => () => void,
): Promise<Value | undefined> {
  let stop = () => {};
  const other = new Promise<undefined>((resolve, reject) => {
    stop = watch(() => resolve(undefined), reject);
  });
  try {
    return await Promise.race([work, other]);
  } finally {
    stop();
  }
}

/** A name that nobody guesses and nobody else takes: 128 random bits. */
export function createRandomId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}
