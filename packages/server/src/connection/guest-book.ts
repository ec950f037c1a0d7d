import type { ServerClock } from "../clock.js";
import type { ServerLimits } from "../options.js";
import { MessageRate } from "./message-rate.js";
import { MinuteCounter } from "./rate-limit.js";

/** What guests are judged by. */
type GuestLimits = Pick<
  ServerLimits,
  "messageRate" | "maxBadMessagesPerMinute" | "maxRefusalsPerMinute"
>;

/** What a guest is made of. */
export interface GuestParts {
  readonly clock: ServerClock;
  readonly random: () => number;
  readonly limits: GuestLimits;
}

/** How long somebody is not heard who did what ends a connection, milliseconds; twice that at most. */
const muteMs = 5_000;

/** What is remembered of somebody between their requests over HTTP, of which each stands for itself. */
export class Guest {
  /** As on a connection: what asks for something, and what a client sends by itself. */
  readonly requestRate: MessageRate;
  readonly signRate: MessageRate;
  readonly #parts: GuestParts;
  #badMessages: MinuteCounter;
  #refusals: MinuteCounter;
  #mutedUntil = 0;
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor(parts: GuestParts) {
    const { clock, limits } = parts;
    this.#parts = parts;
    this.requestRate = new MessageRate(clock, limits.messageRate);
    this.signRate = new MessageRate(clock, limits.messageRate);
    this.#badMessages = new MinuteCounter(clock);
    this.#refusals = new MinuteCounter(clock);
  }

  /** For how long whatever they ask is refused, milliseconds. */
  get mutedMs(): number {
    return Math.max(0, this.#mutedUntil - this.#parts.clock.monotonic());
  }

  /** Whether nothing would be lost by forgetting them. */
  get isRested(): boolean {
    const counted = this.#badMessages.recent + this.#refusals.recent;
    return (
      counted === 0 && this.mutedMs === 0 && this.requestRate.isRested && this.signRate.isRested
    );
  }

  /** A message that is none: too many of them, and nothing is heard for a while. */
  countBad(): void {
    if (this.#badMessages.count() >= this.#parts.limits.maxBadMessagesPerMinute) this.#mute();
  }

  /** They asked for what they may not. */
  countRefusal(): void {
    if (this.#refusals.count() > this.#parts.limits.maxRefusalsPerMinute) this.#mute();
  }

  /** Does `work` after what was put in line before it. */
  inLine<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#lastTurn.then(work);
    this.#lastTurn = done.catch(() => {});
    return done;
  }

  /** As long as a client that was closed for it would stay away, and with a clean slate then. */
  #mute(): void {
    const { clock, random } = this.#parts;
    this.#mutedUntil = clock.monotonic() + muteMs * (1 + random());
    this.#badMessages = new MinuteCounter(clock);
    this.#refusals = new MinuteCounter(clock);
  }
}

/** How many guests are remembered; beyond it whoever has not come for the longest time is forgotten. */
export const mostGuests = 10_000;
/** How often it is looked who may be forgotten, milliseconds. */
const sweepMs = 60_000;

/** Everybody who asks over HTTP, by the name that they are counted under. */
export class GuestBook {
  readonly #parts: GuestParts;
  /** Whoever came last is last. */
  readonly #guests = new Map<string, Guest>();
  #sweptAt: number;

  constructor(parts: GuestParts) {
    this.#parts = parts;
    this.#sweptAt = parts.clock.monotonic();
  }

  /** How many are remembered. */
  get size(): number {
    return this.#guests.size;
  }

  /** Who comes under this name, now. */
  of(name: string): Guest {
    this.#sweep();
    const guest = this.#guests.get(name) ?? new Guest(this.#parts);
    this.#guests.delete(name);
    this.#guests.set(name, guest);
    const [oldest] = this.#guests.keys();
    if (this.#guests.size > mostGuests && oldest !== undefined) this.#guests.delete(oldest);
    return guest;
  }

  #sweep(): void {
    const now = this.#parts.clock.monotonic();
    if (now - this.#sweptAt < sweepMs) return;
    this.#sweptAt = now;
    for (const [name, guest] of this.#guests) if (guest.isRested) this.#guests.delete(name);
  }
}
