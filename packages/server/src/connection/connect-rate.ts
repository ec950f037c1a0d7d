import type { ServerClock } from "../clock.js";
import type { Rate } from "../options.js";
import { TokenBucket } from "./rate-limit.js";

/** How often each address connects, as far as a rate was given. Addresses that rest are forgotten. */
export class ConnectRate {
  readonly #clock: ServerClock;
  readonly #rate: Rate | undefined;
  readonly #buckets = new Map<string, TokenBucket>();
  #sweptAt: number;

  constructor(clock: ServerClock, rate: Rate | undefined) {
    this.#clock = clock;
    this.#rate = rate;
    this.#sweptAt = clock.monotonic();
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Counts one more; says how long until the next one would be in time, where this one was not, milliseconds. */
  take(address: string): number {
    if (!this.#rate) return 0;
    this.#sweep();
    const bucket = this.#buckets.get(address) ?? new TokenBucket(this.#clock, this.#rate);
    this.#buckets.set(address, bucket);
    return bucket.take() ? 0 : bucket.waitMs();
  }

  /** How long until one more of that address would be in time, milliseconds. */
  waitMs(address: string): number {
    return this.#buckets.get(address)?.waitMs() ?? 0;
  }

  /** Forgets every address whose bucket would be full again. */
  #sweep(): void {
    const now = this.#clock.monotonic();
    if (now - this.#sweptAt < sweepMs) return;
    this.#sweptAt = now;
    for (const [address, bucket] of this.#buckets)
      if (bucket.isFull()) this.#buckets.delete(address);
  }
}

const sweepMs = 60_000;
