/**
 * Time, as the server takes it. Tests pass their own, so that every rule about time is exact and takes none.
 *
 * @example
 * createRunwireServer({ store, access: "open-to-everyone", clock: fakeClock });
 */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00Z: for what is shown or compared with a token's expiry. */
  now(): number;
  /** Milliseconds of a clock that never jumps: for every length of time. */
  monotonic(): number;
  /** Calls back once; returns what undoes it. Never keeps a process alive. */
  after(milliseconds: number, callback: () => void): () => void;
  /** Calls back when what happens in this turn of the event loop has happened; returns what undoes it. */
  soon(callback: () => void): () => void;
}

/** The real clock; its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
  soon(callback) {
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  },
};

/** Calls back again and again until the returned function is called; `lateMs` is how late the call comes. */
export function repeat(
  clock: Clock,
  intervalMs: number,
  callback: (lateMs: number) => void,
): () => void {
  let dueAt = clock.monotonic() + intervalMs;
  let stop = clock.after(intervalMs, tick);
  function tick(): void {
    const lateMs = Math.max(0, clock.monotonic() - dueAt);
    dueAt = clock.monotonic() + intervalMs;
    stop = clock.after(intervalMs, tick);
    callback(lateMs);
  }
  return () => stop();
}
