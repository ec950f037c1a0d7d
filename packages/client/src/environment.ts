/** The clock and the timers that the client uses; an option, so that a test decides what time it is. */
export interface Clock {
  /** The time of day, milliseconds since 1970; goes on while the machine sleeps. */
  now(): number;
  /** Milliseconds of a clock that nobody sets; for latency only. */
  monotonicNow(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** The platform's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicNow: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  // Only what setTimeout above has returned comes back here.
  clearTimeout: (timer) => clearTimeout(timer as number | undefined),
};

/** Calls `callback` once after `ms`, unless it is set again or cleared first. */
export interface Timer {
  set(ms: number, callback: () => void): void;
  clear(): void;
}

/** A timer that is one timer however often it is set. */
export function createTimer(clock: Clock): Timer {
  let timer: unknown;
  const clear = () => clock.clearTimeout(timer);
  const set = (ms: number, callback: () => void) => {
    clear();
    // Longer than the platform can count would mean “at once”.
    timer = clock.setTimeout(callback, Math.min(Math.max(ms, 0), 2 ** 31 - 1));
  };
  return { set, clear };
}

/** A name that nobody guesses and nobody else takes: 128 random bits. */
export function createRandomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
