import { type Clock, systemClock } from "@runwire/protocol";

/**
 * Time, as the server takes it. Tests pass their own, so that every rule about time is exact and takes none.
 *
 * @example
 * createRunwireServer({ store, access: "open-to-everyone", clock: fakeClock });
 */
export interface ServerClock extends Clock {
  /** Calls back when what happens in this turn of the event loop has happened; returns what takes it back. */
  soon(callback: () => void): () => void;
}

/** Node's timers take no longer time than this: a longer one, `Infinity` too, would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The system's clock; its timers do not keep the process alive. */
export const serverClock: ServerClock = {
  ...systemClock,
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

/** In how many steps {@link afterAwake} waits. */
const steps = 10;

/**
 * As `after`, for the patience with somebody else: however long this process stands still meanwhile, that is no more
 * than one step of ten.
 */
export function afterAwake(clock: Clock, milliseconds: number, callback: () => void): () => void {
  let left = steps;
  let stop = clock.after(milliseconds / steps, tick);
  function tick(): void {
    left -= 1;
    if (left > 0) stop = clock.after(milliseconds / steps, tick);
    else callback();
  }
  return () => stop();
}
