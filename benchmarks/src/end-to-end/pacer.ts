import { setImmediate, setTimeout } from "node:timers/promises";

/** `model`: as fast as a fast model streams. `none`: each token in a turn of its own, with no pause. */
export type Pace = "model" | "none";

/** 100 tokens a second. */
const tokenMs = 10;
/** A tool tells of itself, and ends, in steps of this. */
const stepMs = 10;

/** Waits between what an agent writes. */
export class Pacer {
  readonly #pace: Pace;
  #dueAt = 0;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** A stream of tokens begins; they are due from now on, so that a late one does not delay the others. */
  begin(): void {
    this.#dueAt = performance.now();
  }

  nextToken(): Promise<void> {
    this.#dueAt += tokenMs;
    return this.#wait(this.#dueAt - performance.now());
  }

  nextStep(): Promise<void> {
    return this.#wait(stepMs);
  }

  #wait(ms: number): Promise<void> {
    return this.#pace === "none" || ms <= 0 ? setImmediate() : setTimeout(ms);
  }
}
