import type { Clock } from "../../../src/clock.ts";

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #elapsedMs = 0;
  #timers = new Set<Timer>();

  /** Timers that are set. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return 1_700_000_000_000 + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { dueAt: this.#elapsedMs + milliseconds, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Turns of the event loop are not lengths of time: they go on. */
  soon(callback: () => void): () => void {
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  }

  /** Moves on from timer to timer, and lets what each of them began come to rest before the next. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#elapsedMs + milliseconds;
    for (let timer = this.#firstUntil(end); timer; timer = this.#firstUntil(end)) {
      this.#elapsedMs = Math.max(this.#elapsedMs, timer.dueAt);
      this.#timers.delete(timer);
      timer.callback();
      await rest();
    }
    this.#elapsedMs = end;
    await rest();
  }

  /** Moves on at once, as after a stall of the process: every timer comes late. */
  async stall(milliseconds: number): Promise<void> {
    this.#elapsedMs += milliseconds;
    await this.advance(0);
  }

  #firstUntil(end: number): Timer | undefined {
    const due = [...this.#timers].filter((timer) => timer.dueAt <= end);
    return due.sort((a, b) => a.dueAt - b.dueAt)[0];
  }
}

// A few turns of the event loop: enough for a chain of promises and for loopback sockets.
async function rest(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
