import type { DatabaseSync } from "node:sqlite";
import { rollBack } from "./open-database.js";
import { BusyWait } from "./retry-busy.js";
import { isBusy } from "./storage-errors.js";

export interface ReadTurnsOptions {
  readonly database: DatabaseSync;
  readonly lockTimeoutMs: number;
  readonly toError: (error: unknown) => Error;
}

/** Runs what reads, at once and in a transaction; what meets a lock is tried again without stopping the loop. */
export class ReadTurns {
  readonly #options: ReadTurnsOptions;
  readonly #begin;
  readonly #waiting = new Set<Promise<unknown>>();

  constructor(options: ReadTurnsOptions) {
    this.#options = options;
    this.#begin = options.database.prepare("BEGIN");
  }

  /** Rejects with a storage error. */
  async run<Result>(work: () => Result): Promise<Result> {
    try {
      return this.#attempt(work);
    } catch (error) {
      if (!isBusy(error)) throw this.#options.toError(error);
      return this.#retry(work);
    }
  }

  /** Resolves when nothing waits for a lock. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#waiting);
  }

  #attempt<Result>(work: () => Result): Result {
    this.#begin.run();
    try {
      return work();
    } finally {
      // Nothing was written. A commit would fail where `work` has met a damaged page and went on.
      rollBack(this.#options.database);
    }
  }

  async #retry<Result>(work: () => Result): Promise<Result> {
    const attempts = this.#untilFree(work);
    this.#waiting.add(attempts);
    try {
      return await attempts;
    } finally {
      this.#waiting.delete(attempts);
    }
  }

  async #untilFree<Result>(work: () => Result): Promise<Result> {
    const wait = new BusyWait(this.#options.lockTimeoutMs);
    for (;;) {
      await wait.pause();
      try {
        return this.#attempt(work);
      } catch (error) {
        if (!isBusy(error) || wait.isOver) throw this.#options.toError(error);
      }
    }
  }
}
