import type { Clock } from "@runwire/protocol";

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until a test moves it.
 *
 * @example
 * const clock = new FakeClock();
 * const client = createRunwireClient({ url, clock });
 * await clock.advance(30_000);
 */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>();
  #elapsedMs = 0;
  #startedAt = 1_700_000_000_000;

  /** Whole milliseconds, as a time of day is, though timers may be due between them. */
  now(): number {
    return Math.floor(this.#startedAt + this.#elapsedMs);
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { dueAt: this.#elapsedMs + Math.max(0, milliseconds), callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Turns of the event loop are no lengths of time: they go on. */
  soon(callback: () => void): () => void {
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  }

  /** How long until each timer is due, milliseconds, the next one first. */
  pending(): readonly number[] {
    return [...this.#timers]
      .map(({ dueAt }) => dueAt - this.#elapsedMs)
      .sort((one, other) => one - other);
  }

  /** Moves on from timer to timer; what each of them began comes to rest before the next. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#elapsedMs + milliseconds;
    await settle();
    for (let timer = this.#firstUntil(end); timer; timer = this.#firstUntil(end)) {
      this.#elapsedMs = Math.max(this.#elapsedMs, timer.dueAt);
      await this.#ring(timer);
    }
    this.#elapsedMs = end;
    await settle();
  }

  /** Moves on at once, as after a sleep of the machine or a stall of the process: every timer comes late. */
  async stall(milliseconds: number): Promise<void> {
    this.#elapsedMs += milliseconds;
    for (const timer of [...this.#timers])
      if (this.#timers.has(timer) && timer.dueAt <= this.#elapsedMs) await this.#ring(timer);
  }

  /** Sets the time of day, as somebody may; lengths of time do not notice. */
  setTimeOfDay(now: number): void {
    this.#startedAt = now - this.#elapsedMs;
  }

  async #ring(timer: Timer): Promise<void> {
    this.#timers.delete(timer);
    timer.callback();
    await settle();
  }

  #firstUntil(end: number): Timer | undefined {
    return [...this.#timers]
      .filter(({ dueAt }) => dueAt <= end)
      .sort((one, other) => one.dueAt - other.dueAt)[0];
  }
}

/**
 * Lets everything happen that needs no time: chains of promises, and what goes over loopback sockets.
 *
 * @example
 * client.reconnect();
 * await settle();
 */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
