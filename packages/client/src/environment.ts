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

/** Settles as `work` does, or rejects when that takes longer than `ms`; no timer is left. */
export async function within<Value>(
  clock: Clock,
  ms: number,
  work: Value | Promise<Value>,
): Promise<Value> {
  let stop = () => {};
  const late = new Promise<never>((_, reject) => {
    stop = clock.after(ms, () => reject(new Error("timeout")));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    stop();
  }
}

/** Returns how to stop listening. */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  signal?.addEventListener("abort", listener);
  return () => signal?.removeEventListener("abort", listener);
}

/** A name that nobody guesses and nobody else takes: 128 random bits. */
export function createRandomId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}
