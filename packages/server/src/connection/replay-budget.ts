import type { ServerClock } from "../clock.js";

interface Spent {
  /** Bytes that are not paid off by time yet. */
  readonly bytes: number;
  /** By the monotonic clock. */
  readonly at: number;
}

const minuteMs = 60_000;
/** How long somebody waits at most before it is seen that they are gone, milliseconds. */
const lookAgainMs = 1_000;

/**
 * How much history everybody reads: a minute's worth at once, and then so much in a minute. What is read beyond it
 * waits. It is kept by who reads and not by connection, so that coming back does not fill it.
 */
export class ReplayBudget {
  readonly #clock: ServerClock;
  readonly #bytesPerMinute: number;
  /** Whoever is not here has spent nothing. */
  readonly #spent = new Map<string, Spent>();
  #sweptAt: number;

  constructor(clock: ServerClock, bytesPerMinute: number) {
    this.#clock = clock;
    this.#bytesPerMinute = bytesPerMinute;
    this.#sweptAt = clock.monotonic();
  }

  /** How many are remembered. */
  get size(): number {
    return this.#spent.size;
  }

  /** How large a page is is known only when it was read: it is paid afterwards. */
  spend(reader: string, bytes: number): void {
    const at = this.#clock.monotonic();
    this.#sweep(at);
    this.#spent.set(reader, { bytes: this.#bytesOf(reader, at) + bytes, at });
  }

  /** Resolves when more may be read, or nobody wants it any more. */
  async turn(reader: string, isWanted: () => boolean): Promise<void> {
    while (isWanted()) {
      const waitMs = this.waitMs(reader);
      if (waitMs === 0) return;
      await new Promise<void>(
        (resolve) => void this.#clock.after(Math.min(waitMs, lookAgainMs), resolve),
      );
    }
  }

  /** Milliseconds until more may be read. */
  waitMs(reader: string): number {
    const excess = this.#bytesOf(reader, this.#clock.monotonic()) - this.#bytesPerMinute;
    return excess < 0 ? 0 : Math.max(1, Math.ceil((excess / this.#bytesPerMinute) * minuteMs));
  }

  #bytesOf(reader: string, now: number): number {
    const spent = this.#spent.get(reader);
    if (!spent) return 0;
    return Math.max(0, spent.bytes - ((now - spent.at) / minuteMs) * this.#bytesPerMinute);
  }

  /** Forgets who has paid off everything. */
  #sweep(now: number): void {
    if (now - this.#sweptAt < minuteMs) return;
    this.#sweptAt = now;
    for (const reader of this.#spent.keys())
      if (this.#bytesOf(reader, now) === 0) this.#spent.delete(reader);
  }
}
