import type { DatabaseSync } from "node:sqlite";
import { createListeners } from "../rows/listeners.js";
import { closedError } from "../rows/store-options.js";
import { GrowthWatch } from "./growth-watch.js";
import { openDatabase } from "./open-database.js";
import { ReadTurns } from "./read-turns.js";
import { toStorageError } from "./storage-errors.js";
import { prepareTables, type Tables } from "./tables.js";
import { noteSynced, type Opening } from "./unsynced.js";
import { WriteQueue } from "./write-queue.js";

export interface SqliteFileOptions {
  readonly file: string;
  readonly durability: "full" | "normal";
  readonly lockTimeoutMs: number;
  readonly maxFileBytes: number | undefined;
  readonly reserveBytes: number;
  readonly opening: Opening;
}

/** The open file: every transaction goes through it, and it knows who listens and how to close. */
export class SqliteFile {
  readonly #opening: Opening;
  readonly #isUnsynced: boolean;
  readonly #database: DatabaseSync;
  readonly #tables: Tables;
  readonly #writes: WriteQueue;
  readonly #reads: ReadTurns;
  readonly #growth: GrowthWatch;
  readonly #listeners = createListeners();
  #closing: Promise<void> | undefined;

  /** @throws RunwireError `store_unavailable` or `store_full`, with the reason and the remedy */
  constructor(options: SqliteFileOptions) {
    const { file, durability, lockTimeoutMs, reserveBytes, opening } = options;
    this.#opening = opening;
    this.#isUnsynced = durability === "normal";
    this.#database = openDatabase(options);
    this.#tables = prepareTables(this.#database, reserveBytes);
    const shared = {
      database: this.#database,
      lockTimeoutMs,
      toError: (error: unknown) => toStorageError(error, file),
    };
    this.#writes = new WriteQueue({ ...shared, cache: this.#tables.appendCache });
    this.#reads = new ReadTurns(shared);
    this.#growth = new GrowthWatch(this.#database, this.#tables.channels.revisions, (names) =>
      this.notify(names),
    );
  }

  /** `work` may run more than once; only the file is changed by it. */
  write<Result>(work: (tables: Tables) => Result, weight = 1): Promise<Result> {
    return this.append((tables) => {
      tables.appendCache.forget();
      return work(tables);
    }, weight);
  }

  /** The same for what keeps the rows that are remembered true. */
  async append<Result>(work: (tables: Tables) => Result, weight: number): Promise<Result> {
    if (this.#closing !== undefined) throw closedError();
    return this.#writes.add(() => work(this.#tables), weight);
  }

  /** All that `work` reads is of one moment. */
  async read<Result>(work: (tables: Tables) => Result): Promise<Result> {
    if (this.#closing !== undefined) throw closedError();
    return this.#reads.run(() => work(this.#tables));
  }

  /** `nothing` where the channel was never written. */
  readIn<Result>(
    name: string,
    nothing: Result,
    work: (tables: Tables, channel: number) => Result,
  ): Promise<Result> {
    return this.read((tables) => {
      const channel = tables.channels.find(name);
      return channel === undefined ? nothing : work(tables, channel.id);
    });
  }

  watch(listener: (channel: string) => void): () => void {
    if (this.#closing !== undefined) throw closedError();
    const remove = this.#listeners.add(listener);
    this.#growth.start();
    return () => {
      remove();
      if (this.#listeners.size === 0) this.#growth.stop();
    };
  }

  notify(channels: readonly string[]): void {
    this.#listeners.notify(channels);
  }

  /** Rows of deleted channels, then free pages; ends early when the file is closed, and the next opening goes on. */
  async tidyUp(): Promise<void> {
    while (this.#closing === undefined) {
      const step = await this.read(({ garbage, freePages }) => {
        if (!garbage.isEmpty) return () => garbage.deleteSome();
        return freePages.isTooMany ? () => freePages.giveSomeBack() : undefined;
      });
      if (step === undefined || this.#closing !== undefined) return;
      await this.write(step);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#growth.stop();
    this.#listeners.clear();
    await this.#writes.idle();
    await this.#reads.idle();
    if (this.#isUnsynced) await this.#confirmAll();
    this.#database.close();
  }

  /** Where that fails the note stays, and an opening after a power cut is careful. */
  async #confirmAll(): Promise<void> {
    this.#database.exec("PRAGMA synchronous = FULL");
    await this.#writes.add(() => noteSynced(this.#database, this.#opening)).catch(() => undefined);
  }
}
