import type { EventStore } from "@runwire/store";
import type { ServerClock } from "../clock.js";

/** How long an answer holds, and how long one is waited for, milliseconds. */
const holdsMs = 1_000;

/** Whether the store answers. It is asked at most once a second, however often somebody wants to know. */
export class StoreHealth {
  readonly #store: EventStore;
  readonly #clock: ServerClock;
  #answer: Promise<boolean> | undefined;
  #askedAt = 0;

  constructor(store: EventStore, clock: ServerClock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Never rejects. */
  isWell(): Promise<boolean> {
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
      await this.#store.check();
      return true;
    } catch {
      return false;
    }
  }
}
