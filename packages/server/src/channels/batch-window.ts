import type { ServerClock } from "../clock.js";
import type { BatchOptions } from "../options.js";

/** The time that is looked back on is kept in parts, each this long, milliseconds. */
const partMs = 100;
const parts = 10;
/** Below this share of the last second the window is the shortest, from the other on the longest. */
const calmShare = 0.01;
const busyShare = 0.05;

/**
 * How long a delta waits for others: short while there is little to do, long when many follow.
 *
 *   wait
 *    200 ms ┤            ╭──────────   A frame costs its building once, and a send for each subscriber. A short
 *           │          ╱               wait makes more frames of the same deltas; it is nice to readers as long
 *     25 ms ┤────────╯                 as the server has nothing else to do.
 *           └────────┴───┴──────────▶ share of the last second that went into frames, all channels together
 *                    1 % 5 %
 */
export class BatchWindow {
  readonly #clock: ServerClock;
  readonly #longestMs: number;
  readonly #shortestMs: number;
  readonly #spentMs: number[] = Array.from({ length: parts }, () => 0);
  /** The number of the part that is being filled, counted from the clock's beginning. */
  #part: number;

  constructor(
    clock: ServerClock,
    { windowMs, minWindowMs }: Pick<BatchOptions, "windowMs" | "minWindowMs">,
  ) {
    this.#clock = clock;
    this.#longestMs = windowMs;
    this.#shortestMs = Math.min(minWindowMs, windowMs);
    this.#part = this.#partNow();
  }

  /** How long a delta waits now, milliseconds. */
  get lengthMs(): number {
    const share = this.#share();
    const load = Math.min(1, Math.max(0, (share - calmShare) / (busyShare - calmShare)));
    return this.#shortestMs + (this.#longestMs - this.#shortestMs) * load;
  }

  /** Builds and hands out frames; the time it takes counts. */
  measure(work: () => void): void {
    const begin = this.#clock.monotonic();
    work();
    this.#moveOn();
    const place = this.#part % parts;
    this.#spentMs[place] = (this.#spentMs[place] ?? 0) + this.#clock.monotonic() - begin;
  }

  #share(): number {
    this.#moveOn();
    return this.#spentMs.reduce((sum, spent) => sum + spent, 0) / (parts * partMs);
  }

  /** Empties the parts that have passed since the last look. */
  #moveOn(): void {
    const now = this.#partNow();
    if (now - this.#part >= parts) this.#spentMs.fill(0);
    else for (let part = this.#part + 1; part <= now; part += 1) this.#spentMs[part % parts] = 0;
    this.#part = now;
  }

  #partNow(): number {
    return Math.floor(this.#clock.monotonic() / partMs);
  }
}
