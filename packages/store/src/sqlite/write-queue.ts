import type { DatabaseSync } from "node:sqlite";
import type { AppendCache } from "./append-cache.js";
import { rollBack } from "./open-database.js";
import { BusyWait } from "./retry-busy.js";
import { isBusy, isFull, isOfTheWholeFile } from "./storage-errors.js";

/**
 * Everything that writes, in the order in which it came; what came in one turn of the event loop is one
 * transaction, for the disk's confirmation costs more than all the rest.
 *
 *   add ─▶ [job, job, job] ── end of the turn ─▶ BEGIN · job · job · job · COMMIT ─▶ each has its own answer
 *                  ▲                                │ a job throws: without it, from the beginning
 *                  └── wait, not in the thread ◀────┤ locked by another process
 *                                                   ├ no room: once again, after FILE-wal was copied into the file
 *                                                   └ the file fails: all of them are told
 */
interface Job {
  /** Runs inside a transaction, perhaps more than once: the file is all that it changes. */
  readonly work: () => unknown;
  readonly weight: number;
  readonly addedAt: number;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

export interface WriteQueueOptions {
  readonly database: DatabaseSync;
  readonly lockTimeoutMs: number;
  readonly toError: (error: unknown) => Error;
  /** Is told when a transaction begins, and when one is taken back. */
  readonly cache: Pick<AppendCache, "begin" | "forget">;
}

/** Events in one transaction; a longer queue takes several, so that the loop turns between them. */
const maxWeight = 2_000;

export class WriteQueue {
  readonly #database: DatabaseSync;
  readonly #begin;
  readonly #end;
  readonly #checkpoint;
  readonly #lockTimeoutMs: number;
  readonly #toError: (error: unknown) => Error;
  readonly #cache: WriteQueueOptions["cache"];
  #jobs: Job[] = [];
  #running: Promise<void> | undefined;

  constructor({ database, lockTimeoutMs, toError, cache }: WriteQueueOptions) {
    this.#database = database;
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#end = database.prepare("COMMIT");
    this.#checkpoint = database.prepare("PRAGMA wal_checkpoint(PASSIVE)");
    this.#lockTimeoutMs = lockTimeoutMs;
    this.#toError = toError;
    this.#cache = cache;
  }

  /** Runs `work` in the next transaction; resolves with what it returned once that is durable. */
  add<Result>(work: () => Result, weight = 1): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#jobs.push({ work, weight, addedAt: performance.now(), resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when everything that was added has its answer. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    let wait: BusyWait | undefined;
    while (this.#jobs.length > 0) {
      await nextTurn();
      const batch = this.#takeBatch();
      const error = this.#commit(batch);
      if (error === undefined) wait = undefined;
      else {
        wait ??= new BusyWait(this.#lockTimeoutMs);
        this.#putBack(batch, error);
        if (this.#jobs.length > 0) await wait.pause();
      }
    }
    this.#running = undefined;
  }

  #takeBatch(): Job[] {
    let weight = 0;
    const end = this.#jobs.findIndex((job, index) => {
      weight += job.weight;
      return index > 0 && weight > maxWeight;
    });
    return this.#jobs.splice(0, end === -1 ? this.#jobs.length : end);
  }

  /** Settles the jobs, or answers why they wait: another connection holds the lock. */
  #commit(batch: Job[]): unknown {
    let left = batch;
    let hasMadeRoom = false;
    while (left.length > 0) {
      const outcome = this.#attempt(left);
      if (outcome.status === "committed") return settle(left, outcome.results);
      if (isBusy(outcome.error)) {
        batch.splice(0, batch.length, ...left);
        return outcome.error;
      }
      if (isFull(outcome.error) && !hasMadeRoom) {
        this.#makeRoom();
        hasMadeRoom = true;
        continue;
      }
      const failed = outcome.job === undefined ? left : [outcome.job];
      for (const job of failed) job.reject(this.#toError(outcome.error));
      left = left.filter((job) => !failed.includes(job));
    }
    return undefined;
  }

  /** What was copied into the file leaves its place in FILE-wal to what is written next. */
  #makeRoom(): void {
    try {
      this.#checkpoint.get();
    } catch {
      // There is none, and the next attempt says so.
    }
  }

  #attempt(jobs: readonly Job[]): Attempt {
    let current: Job | undefined;
    try {
      this.#begin.run();
      this.#cache.begin();
      const results: unknown[] = [];
      for (const job of jobs) {
        current = job;
        results.push(job.work());
      }
      current = undefined;
      this.#end.run();
      return { status: "committed", results };
    } catch (error) {
      rollBack(this.#database);
      this.#cache.forget();
      return { status: "failed", error, job: isOfTheWholeFile(error) ? undefined : current };
    }
  }

  /** Those that have waited too long are told; the others are first in the next transaction. */
  #putBack(batch: readonly Job[], error: unknown): void {
    const latest = performance.now() - this.#lockTimeoutMs;
    const isTooOld = ({ addedAt }: Job) => addedAt <= latest;
    for (const job of batch.filter(isTooOld)) job.reject(this.#toError(error));
    this.#jobs = [...batch.filter((job) => !isTooOld(job)), ...this.#jobs];
  }
}

type Attempt =
  | { readonly status: "committed"; readonly results: readonly unknown[] }
  /** `job`: the one that is to blame; absent where it is the file. */
  | { readonly status: "failed"; readonly error: unknown; readonly job: Job | undefined };

function settle(jobs: readonly Job[], results: readonly unknown[]): undefined {
  // Known: `add` made a job and its `resolve` for one type of result.
  for (const [index, job] of jobs.entries()) job.resolve(results[index] as never);
}

/** After what is being read from sockets has been read, and before the loop waits. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
