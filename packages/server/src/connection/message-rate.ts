import type { ServerClock } from "../clock.js";
import type { Rate } from "../options.js";
import { TokenBucket } from "./rate-limit.js";

/** What becomes of a message: it is handled, it is refused, or it ends the connection. */
export type RateVerdict = "take" | "refuse" | "end";

/** How many buckets full may be on their way to the server when it refuses the first message. */
const bucketsUnderWay = 5;

/** By how much slower than its rate a peer is told to be. */
const patience = 1.25;

/**
 * Judges how fast a peer sends. The first message too many is refused, and so is what was on its way before the peer
 * could know of that: whoever sends much at once misbehaves only by going on.
 *
 *   in time ──▶ take      too many ──▶ refuse ──▶ the peer has heard of it, and goes on ──▶ end
 *      ▲                                 │
 *      └── there is room again ──────────┘
 */
export class MessageRate {
  readonly #bucket: TokenBucket;
  readonly #mostRefused: number;
  readonly #paceMs: number;
  #refused = 0;
  #hasHeard = false;

  constructor(clock: ServerClock, rate: Rate) {
    this.#bucket = new TokenBucket(clock, rate);
    this.#paceMs = Math.ceil((1_000 * patience) / rate.perSecond);
    this.#mostRefused = 1 + bucketsUnderWay * rate.burst;
  }

  /** Messages in a row that were refused. */
  get refused(): number {
    return this.#refused;
  }

  /** Whether it would judge a newcomer alike. */
  get isRested(): boolean {
    return this.#bucket.isFull();
  }

  /** Judges one message. */
  judge(): RateVerdict {
    if (this.#bucket.take()) {
      this.#refused = 0;
      this.#hasHeard = false;
      return "take";
    }
    if (this.#hasHeard || this.#refused >= this.#mostRefused) return "end";
    this.#refused += 1;
    return "refuse";
  }

  /** The peer has everything that it was sent until now. */
  heard(): void {
    this.#hasHeard = this.#refused > 0;
  }

  /**
   * Milliseconds until one more message is in time, and after which another one is. Not only what is left of them: a
   * client that sends one each time would be too fast again with its second one. And a little longer: timers ring
   * early.
   */
  get paceMs(): number {
    return this.#paceMs;
  }
}
