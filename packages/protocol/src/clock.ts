/**
 * Time, as every runwire package takes it. It is an option wherever time matters, so that a test decides what
 * time it is, and a rule about an hour takes no time to try.
 *
 * @example
 * createRunwireClient({ url: "/runwire", clock: fakeClock });
 */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00Z: for what is shown, sent, or compared with somebody else's time. */
  now(): number;
  /** Milliseconds of a clock that nobody sets: for lengths of time. */
  monotonic(): number;
  /** Calls back once; returns what takes it back. Longer than 2^31 − 1 ms counts as that. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** Longer than the platform can count would mean “at once”. */
const longestTimerMs = 2 ** 31 - 1;

/** The platform's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, Math.min(milliseconds, longestTimerMs));
    return () => clearTimeout(timer);
  },
};
