import type { ServerClock } from "../clock.js";
import type { Rate } from "../options.js";

/** A bucket that holds `burst` tokens and is refilled by `perSecond`. */
export class TokenBucket {
  readonly #clock: ServerClock;
  readonly #rate: Rate;
  #tokens: number;
  #filledAt: number;

  constructor(clock: ServerClock, rate: Rate) {
    this.#clock = clock;
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#filledAt = clock.monotonic();
  }

  /** Takes a token, or says that there is none. */
  take(): boolean {
    this.#fill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Milliseconds until there is a token. */
  waitMs(): number {
    this.#fill();
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) / this.#rate.perSecond) * 1000);
  }

  isFull(): boolean {
    this.#fill();
    return this.#tokens >= this.#rate.burst;
  }

  #fill(): void {
    const now = this.#clock.monotonic();
    const gained = ((now - this.#filledAt) / 1000) * this.#rate.perSecond;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + gained);
    this.#filledAt = now;
  }
}

const minuteMs = 60_000;

/** How often something happened within the last minute. */
export class MinuteCounter {
  readonly #clock: ServerClock;
  #times: number[] = [];

  constructor(clock: ServerClock) {
    this.#clock = clock;
  }

  /** How often within the last minute. */
  get recent(): number {
    this.#forget();
    return this.#times.length;
  }

  /** Counts once more; returns how often within the last minute, this time included. */
  count(): number {
    this.#forget();
    return this.#times.push(this.#clock.monotonic());
  }

  #forget(): void {
    const now = this.#clock.monotonic();
    this.#times = this.#times.filter((time) => now - time < minuteMs);
  }
}
