import type { EventStore } from "@runwire/store";
import type { Clock } from "../clock.js";

/** How long an answer holds, and how long one is waited for, milliseconds. */
const holdsMs = 1_000;

/** Whether the store answers. It is asked at most once a second, however often somebody wants to know. */
export class StoreHealth {
  readonly #store: EventStore;
  readonly #clock: Clock;
  #answer: Promise<boolean> | undefined;

  constructor(store: EventStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  isWell(): Promise<boolean> {
    this.#answer ??= this.#ask();
    return this.#answer;
  }

  async #ask(): Promise<boolean> {
    this.#clock.after(holdsMs, () => {
      this.#answer = undefined;
    });
    const isSlow = new Promise<false>((resolve) => {
      this.#clock.after(holdsMs, () => resolve(false));
    });
    const answers = this.#store.check().then(
      () => true,
      () => false,
    );
    return Promise.race([answers, isSlow]);
  }
}
