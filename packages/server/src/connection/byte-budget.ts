import type { ServerClock } from "../clock.js";

interface Spent {
  /** Bytes that are not paid off by time yet. */
  readonly bytes: number;
  /** By the monotonic clock. */
  readonly at: number;
}

/** How long somebody waits at most before it is seen that they are gone, milliseconds. */
const lookAgainMs = 1_000;
/** How often it is looked who has paid off everything, milliseconds. */
const sweepMs = 60_000;

/**
 * How many bytes everybody may have: so many at once, and then so many in each `perMs`. Who has had more waits. It is
 * kept by who that is and not by connection, so that coming back does not fill it.
 */
export class ByteBudget {
  readonly #clock: ServerClock;
  readonly #most: number;
  readonly #perMs: number;
  /** Whoever is not here has spent nothing. */
  readonly #spent = new Map<string, Spent>();
  #sweptAt: number;

  constructor(clock: ServerClock, bytes: number, perMs: number) {
    this.#clock = clock;
    this.#most = bytes;
    this.#perMs = perMs;
    this.#sweptAt = clock.monotonic();
  }

  /** How many are remembered. */
  get size(): number {
    return this.#spent.size;
  }

  /** What something costs is known only when it was read: it is paid afterwards. */
  spend(payer: string, bytes: number): void {
    const at = this.#clock.monotonic();
    this.#sweep(at);
    this.#spent.set(payer, { bytes: this.#bytesOf(payer, at) + bytes, at });
  }

  /** Resolves when there may be more, or nobody wants it any more. */
  async turn(payer: string, isWanted: () => boolean): Promise<void> {
    while (isWanted()) {
      const waitMs = this.waitMs(payer);
      if (waitMs === 0) return;
      await new Promise<void>(
        (resolve) => void this.#clock.after(Math.min(waitMs, lookAgainMs), resolve),
      );
    }
  }

  /** Milliseconds until there may be more. */
  waitMs(payer: string): number {
    const excess = this.#bytesOf(payer, this.#clock.monotonic()) - this.#most;
    return excess < 0 ? 0 : Math.max(1, Math.ceil((excess / this.#most) * this.#perMs));
  }

  #bytesOf(payer: string, now: number): number {
    const spent = this.#spent.get(payer);
    if (!spent) return 0;
    return Math.max(0, spent.bytes - ((now - spent.at) / this.#perMs) * this.#most);
  }

  /** Forgets who has paid off everything. */
  #sweep(now: number): void {
    if (now - this.#sweptAt < sweepMs) return;
    this.#sweptAt = now;
    for (const payer of this.#spent.keys())
      if (this.#bytesOf(payer, now) === 0) this.#spent.delete(payer);
  }
}
