import type { ServerClock } from "../clock.js";

/**
 * When what waits in a channel goes out. Order never changes: whatever goes takes along what waits before it.
 *
 *   the first after a pause ──▶ at the end of this tick
 *   an important event      ──▶ at the end of this tick: a burst makes one frame, without a timer
 *   a full frame            ──▶ at the end of this tick
 *   a delta after a delta   ──▶ when the window since the last frame is over
 */
export class FlushSchedule {
  readonly #clock: ServerClock;
  readonly #windowMs: () => number;
  readonly #flush: () => void;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #stop: (() => void) | undefined;
  #isSoon = false;

  constructor(clock: ServerClock, windowMs: () => number, flush: () => void) {
    this.#clock = clock;
    this.#windowMs = windowMs;
    this.#flush = flush;
  }

  /** Something waits; `isUrgent` when it must not wait for the window. */
  add(isUrgent: boolean): void {
    if (this.#isSoon || (this.#stop && !isUrgent)) return;
    const waitMs = isUrgent ? 0 : this.#flushedAt + this.#windowMs() - this.#clock.monotonic();
    if (waitMs <= 0) this.#flushSoon();
    else this.#stop = this.#clock.after(waitMs, () => this.flushNow());
  }

  /** Flushes at once; a later call of what was planned does nothing. */
  flushNow(): void {
    this.cancel();
    this.#flushedAt = this.#clock.monotonic();
    this.#flush();
  }

  cancel(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#isSoon = false;
  }

  #flushSoon(): void {
    this.#stop?.();
    this.#isSoon = true;
    this.#stop = this.#clock.soon(() => this.flushNow());
  }
}
