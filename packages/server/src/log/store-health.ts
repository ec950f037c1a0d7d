import { isRunwireError } from "@runwire/protocol";
import type { ServerClock } from "../clock.js";
import type { EventLog } from "./event-log.js";

/** How long an answer holds, and how long one is waited for, milliseconds. */
const holdsMs = 1_000;
/** How long a store counts as full after the last write that it had no room for, milliseconds. */
const fullMs = 60_000;

/**
 * Whether the store answers and has room. It is asked at most once a second, however often somebody wants to know;
 * whether it has room only a write finds out, so the last one is remembered, until one succeeds or nobody has
 * tried for a while.
 */
export class StoreHealth {
  readonly #log: EventLog;
  readonly #clock: ServerClock;
  #answer: Promise<boolean> | undefined;
  #askedAt = 0;
  #fullUntil = Number.NEGATIVE_INFINITY;

  constructor(log: EventLog, clock: ServerClock) {
    this.#log = log;
    this.#clock = clock;
    log.onAppend(() => {
      this.#fullUntil = Number.NEGATIVE_INFINITY;
    });
    log.onFailure((error) => {
      if (isRunwireError(error) && error.code === "store_full")
        this.#fullUntil = clock.monotonic() + fullMs;
    });
  }

  /** Never rejects. */
  async isWell(): Promise<boolean> {
    return (await this.#isThere()) && this.#clock.monotonic() >= this.#fullUntil;
  }

  #isThere(): Promise<boolean> {
    const now = this.#clock.monotonic();
    if (this.#answer && now - this.#askedAt < holdsMs) return this.#answer;
    this.#askedAt = now;
    this.#answer = this.#ask();
    return this.#answer;
  }

  #ask(): Promise<boolean> {
    return new Promise((resolve) => {
      const stop = this.#clock.after(holdsMs, () => resolve(false));
      void this.#answers().then(resolve).finally(stop);
    });
  }

  async #answers(): Promise<boolean> {
    try {
      await this.#log.store.check();
      return true;
    } catch {
      return false;
    }
  }
}
