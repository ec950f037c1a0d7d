import { isRunwireError } from "@runwire/protocol";
import type { ServerClock } from "../clock.js";

/** How long after a failure the store is asked again, milliseconds. */
const retryMs = 1_000;

/** Who asks: a channel's hub. */
export interface Asker {
  /** Without followers nobody wants to know any more. */
  readonly size: number;
  askHead(): Promise<unknown>;
  onUnanswered(error: unknown): void;
}

/** One question to the store at a time, which is asked until it is answered. */
export class PatientQuestion {
  readonly #clock: ServerClock;
  readonly #asker: Asker;
  #asking: Promise<void> | undefined;
  #mustAskAgain = false;
  #stopRetry: (() => void) | undefined;

  constructor(clock: ServerClock, asker: Asker) {
    this.#clock = clock;
    this.#asker = asker;
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
    this.#asker.onUnanswered(error);
    this.#stopRetry = this.#clock.after(retryMs, () => {
      this.#stopRetry = undefined;
      if (this.#asker.size > 0) void this.ask();
    });
  }

  dispose(): void {
    this.#stopRetry?.();
  }

  async #untilAnswered(): Promise<void> {
    try {
      do {
        this.#mustAskAgain = false;
        await this.#asker.askHead();
      } while (this.#mustAskAgain);
    } catch (error) {
      this.askLater(error);
    }
  }
}
