import type { Clock } from "../../src/index.js";

/** A clock that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /** Goes on by `ms`, with each timer at its own time, and all that follows from it. */
  advance(ms: number): Promise<void>;
  /** As if the machine had slept: the time is another, and the timers come late, all at once. */
  sleep(ms: number): Promise<void>;
  /** When the timers are due, from now. */
  pending(): readonly number[];
}

export function createFakeClock(start = 1_000_000): FakeClock {
  let now = start;
  let next = 1;
  const timers = new Map<number, { readonly at: number; readonly callback: () => void }>();

  return {
    now: () => now,
    monotonicNow: () => now - start,
    setTimeout,
    clearTimeout,
    advance,
    sleep,
    pending,
  };

  function setTimeout(callback: () => void, ms: number): number {
    timers.set(next, { at: now + ms, callback });
    return next++;
  }

  function clearTimeout(timer: unknown): void {
    timers.delete(timer as number);
  }

  async function advance(ms: number): Promise<void> {
    const end = now + ms;
    await settle();
    for (let due = dueBy(end); due; due = dueBy(end)) {
      now = Math.max(now, due.at);
      await due.run();
    }
    now = end;
    await settle();
  }

  async function sleep(ms: number): Promise<void> {
    now += ms;
    const late = [...timers.keys()];
    for (const timer of late) await runTimer(timer, now);
  }

  function dueBy(end: number) {
    const [first] = [...timers]
      .filter(([, { at }]) => at <= end)
      .sort(([, a], [, b]) => a.at - b.at);
    return first && { at: first[1].at, run: () => runTimer(first[0], end) };
  }

  async function runTimer(timer: number, end: number): Promise<void> {
    const entry = timers.get(timer);
    if (!entry || entry.at > end) return;
    timers.delete(timer);
    entry.callback();
    await settle();
  }

  function pending(): readonly number[] {
    return [...timers.values()].map(({ at }) => at - now).sort((a, b) => a - b);
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
