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

/** Node's timers take no longer time than this: a longer one, `Infinity` too, would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The real clock; its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, Math.min(milliseconds, longestTimerMs));
    timer.unref();
    return () => clearTimeout(timer);
  },
  soon(callback) {
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  },
};

/** How late a call of {@link repeat} comes. */
export interface Lateness {
  /** By the clock that never jumps: the process was busy, or stopped. */
  readonly lateMs: number;
  /** By the wall clock, which goes on while the machine sleeps. Never negative. */
  readonly wallLateMs: number;
}

/** Calls back again and again until the returned function is called. */
export function repeat(
  clock: Clock,
  intervalMs: number,
  callback: (lateness: Lateness) => void,
): () => void {
  let due = nextDue();
  let stop = clock.after(intervalMs, tick);
  function nextDue() {
    return { monotonic: clock.monotonic() + intervalMs, wall: clock.now() + intervalMs };
  }
  function tick(): void {
    const lateMs = Math.max(0, clock.monotonic() - due.monotonic);
    const wallLateMs = Math.max(0, clock.now() - due.wall);
    due = nextDue();
    stop = clock.after(intervalMs, tick);
    callback({ lateMs, wallLateMs });
  }
  return () => stop();
}
