import { isRunwireError } from "@runwire/protocol";
import type { ServerClock } from "../clock.js";

/** How long after a failure the store is asked again, milliseconds. */
const retryMs = 1_000;

export interface PatientQuestionOptions {
  readonly clock: ServerClock;
  readonly ask: () => Promise<unknown>;
  /** Whether anybody still wants to know, when a failure has been waited for. */
  readonly isWanted: () => boolean;
  readonly onFailure: (error: unknown) => void;
}

/** One question to the store at a time, which is asked until it is answered. */
export class PatientQuestion {
  readonly #options: PatientQuestionOptions;
  #asking: Promise<void> | undefined;
  #mustAskAgain = false;
  #stopRetry: (() => void) | undefined;

  constructor(options: PatientQuestionOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  ask(): Promise<void> {
    // A question that is under way may have been answered before the log grew.
    if (this.#asking) this.#mustAskAgain = true;
    this.#asking ??= this.#untilAnswered().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** Asks after a while, because something has failed; twice is once. */
  askLater(error: unknown): void {
    if (isRunwireError(error) && error.code === "closed") return;
    if (this.#stopRetry) return;
    this.#options.onFailure(error);
    this.#stopRetry = this.#options.clock.after(retryMs, () => {
      this.#stopRetry = undefined;
      if (this.#options.isWanted()) void this.ask();
    });
  }

  dispose(): void {
    this.#stopRetry?.();
  }

  async #untilAnswered(): Promise<void> {
    try {
      do {
        this.#mustAskAgain = false;
        await this.#options.ask();
      } while (this.#mustAskAgain);
    } catch (error) {
      this.askLater(error);
    }
  }
}
