import { randomUUID } from "node:crypto";
import type { EventStore } from "@runwire/store";
import { repeat, type ServerClock } from "../clock.js";
import type { Logger } from "../logger.js";
import type { RetentionOf } from "../options/retention.js";
import { planRetention, type RetentionStep } from "./plan-retention.js";

/** How often the channels that changed are looked at, and how often all of them, milliseconds. */
const tickMs = 5_000;
const sweepMs = 10 * 60_000;
/** How long one server does it for all that share the store, unless it says so again, milliseconds. */
const dutyMs = 30_000;
/** How long its end waits for the store, milliseconds. */
const closeMs = 2_000;
/** How long it pauses after each trim, and after so many channels that were only looked at, milliseconds. */
const pauseMs = 20;
const channelsPerPause = 20;
/**
 * Root runs that one decision looks at: the oldest one and where it ends, to see whether anything is to go at all, and
 * more of them when that is so, for their descendants have to be looked at too.
 */
const rootsAtFirst = 2;
const rootsAtOnce = 64;
/** Channels that one question to the store names. */
const channelsAtOnce = 100;
const step: RetentionStep = { maxEvents: 2_000, maxBytes: 8_388_608 };

/** What the keeper works with. */
export interface RetentionServices {
  readonly store: EventStore;
  readonly clock: ServerClock;
  readonly logger: Logger;
  readonly retentionOf: RetentionOf;
}

/**
 * Trims channels to what is to be kept of them, a little at a time and one channel after another. Of the servers that
 * share a store one does it at a time.
 */
export class RetentionKeeper {
  readonly #services: RetentionServices;
  readonly #holder = randomUUID();
  readonly #changed = new Set<string>();
  readonly #undo: readonly (() => void)[];
  #sweptAt = Number.NEGATIVE_INFINITY;
  #claimedAt = Number.NEGATIVE_INFINITY;
  #working: Promise<void> | undefined;
  #stopPause: () => void = () => {};
  #isClosed = false;

  constructor(services: RetentionServices) {
    this.#services = services;
    this.#undo = [
      services.store.watch((channel) => this.#changed.add(channel)),
      repeat(services.clock, tickMs, () => this.#begin()),
    ];
  }

  /**
   * Resolves when nothing is under way any more, or the store has not answered for a while: a server that ends must
   * not wait for it. Leaves no timer. Another server may go on.
   */
  close(): Promise<void> {
    this.#isClosed = true;
    for (const undo of this.#undo) undo();
    this.#stopPause();
    return new Promise((resolve) => {
      const stop = this.#services.clock.after(closeMs, resolve);
      void this.#letGo().finally(() => {
        stop();
        resolve();
      });
    });
  }

  async #letGo(): Promise<void> {
    await this.#working;
    if (this.#claimedAt > Number.NEGATIVE_INFINITY) await this.#claim(0).catch(() => false);
  }

  #begin(): void {
    this.#working ??= this.#work()
      .catch((error) =>
        this.#services.logger.warn(
          "what is to be kept of channels could not be looked at; trying again",
          error,
        ),
      )
      .finally(() => {
        this.#working = undefined;
      });
  }

  async #work(): Promise<void> {
    const now = this.#services.clock.monotonic();
    const isSweep = now - this.#sweptAt >= sweepMs;
    if (!isSweep && this.#changed.size === 0) return;
    // Whoever has the duty is told of the same changes.
    const hasDuty = await this.#hasDuty();
    const channels = [...this.#changed];
    this.#changed.clear();
    if (hasDuty) await this.#keepEach(isSweep ? this.#allChannels() : channels);
    if (isSweep) this.#sweptAt = now;
  }

  async #keepEach(channels: Iterable<string> | AsyncIterable<string>): Promise<void> {
    let looked = 0;
    for await (const channel of channels) {
      if (!(await this.#mayGoOn())) return;
      await this.#tryToKeep(channel);
      looked += 1;
      if (looked % channelsPerPause === 0) await this.#pause();
    }
  }

  /** One channel that cannot be read leaves the others their turn; it has its own again in the next sweep. */
  async #tryToKeep(channel: string): Promise<void> {
    try {
      await this.#keep(channel);
    } catch (error) {
      this.#services.logger.warn(
        `channel ${channel} could not be trimmed; trying again later`,
        error,
      );
    }
  }

  async *#allChannels(): AsyncGenerator<string> {
    let after = "";
    for (;;) {
      const names = await this.#services.store.listChannels({ after, limit: channelsAtOnce });
      yield* names;
      const last = names.at(-1);
      if (last === undefined) return;
      after = last;
    }
  }

  /** Trims one channel, step by step, until it keeps what it is to keep. */
  async #keep(channel: string): Promise<void> {
    const { store } = this.#services;
    const policy = this.#policyOf(channel);
    if (policy === undefined) return;
    for (let limit = rootsAtFirst; await this.#mayGoOn(); limit = rootsAtOnce) {
      const kept = await store.keptRuns({ channel, limit });
      const floor = planRetention(policy, kept, step);
      if (floor <= kept.floor) return;
      if (limit === rootsAtFirst) continue;
      // Where a run came to need what is below it meanwhile, or the channel was deleted and filled again, the store
      // does less, and this is over.
      if ((await store.trim(channel, floor, kept.epoch)) <= kept.floor) return;
      await this.#pause();
    }
  }

  #policyOf(channel: string) {
    try {
      return this.#services.retentionOf(channel);
    } catch (error) {
      this.#services.logger.error(
        `retention of channel ${channel} failed; it keeps everything`,
        error,
      );
      return undefined;
    }
  }

  async #mayGoOn(): Promise<boolean> {
    return !this.#isClosed && (await this.#hasDuty());
  }

  async #hasDuty(): Promise<boolean> {
    const now = this.#services.clock.monotonic();
    return now - this.#claimedAt < dutyMs / 2 || this.#claim(dutyMs);
  }

  async #claim(forMs: number): Promise<boolean> {
    const { store, clock } = this.#services;
    const claimedAt = clock.monotonic();
    const isHeld = await store.claimDuty({ duty: "retention", holder: this.#holder, forMs });
    this.#claimedAt = isHeld ? claimedAt : Number.NEGATIVE_INFINITY;
    return isHeld;
  }

  #pause(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.#services.clock.after(pauseMs, resolve);
      this.#stopPause = () => {
        stop();
        resolve();
      };
    });
  }
}
