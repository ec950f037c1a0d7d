import type { DatabaseSync } from "node:sqlite";
import { RunwireError } from "@runwire/protocol";
import type {
  AbandonRequest,
  AppendRequest,
  AppendResult,
  CommandAnswer,
  CommandCall,
  CommandCallRequest,
  CommandRow,
  DutyClaim,
  EventStore,
  KeptRuns,
  KeptRunsRequest,
  ListRunsRequest,
  NewCommand,
  PublishKey,
  ReadRequest,
  RenewRequest,
  RunList,
  RunRow,
  StoredEvent,
  StoredPage,
} from "../event-store.js";
import { checkOptions, environmentChecks, isAtLeast, isOneOf } from "../rows/check-options.js";
import { randomBytesInName, toName } from "../rows/epoch.js";
import { createListeners } from "../rows/listeners.js";
import { planRenewal } from "../rows/plan-renewal.js";
import { closedError, resolveEnvironment, type StoreEnvironment } from "../rows/store-options.js";
import { abandonRun, appendEvents } from "./append-events.js";
import { GrowthWatch } from "./growth-watch.js";
import { openDatabase } from "./open-database.js";
import { readLatestCustom, readPage } from "./read-page.js";
import { ReadTurns } from "./read-turns.js";
import { renewEpochs } from "./renew-epochs.js";
import { toStorageError } from "./storage-errors.js";
import { prepareTables, type Tables } from "./tables.js";
import { trimStep } from "./trim-step.js";
import { noteSynced, type Opening } from "./unsynced.js";
import { WriteQueue } from "./write-queue.js";

/** What {@link createSqliteStore} takes. */
export interface SqliteStoreOptions extends StoreEnvironment {
  /** The database file; its folder must exist. Beside it lie FILE-wal and FILE-shm while it is open. */
  readonly file: string;
  /**
   * `full`: what was acknowledged survives a power cut, too. `normal`: it survives the end of the process, and a
   * power cut may cost the last moments; several times faster where appends come one by one.
   * @default "full"
   */
  readonly durability?: "full" | "normal";
  /** How large the file may become before appends are `store_full`. @default as large as its disk allows */
  readonly maxFileBytes?: number;
  /** How long an operation waits for another process's lock before it is `store_unavailable`. @default 5000 */
  readonly lockTimeoutMs?: number;
}

/**
 * A store in one file, on the `node:sqlite` that comes with Node. Several processes of one machine may open
 * the file at once; never put it on a network drive.
 *
 * @throws RunwireError `invalid_options` where no file is named or an option is wrong, `store_unavailable` where the file cannot be opened, written or understood, and
 *   `store_full` where its disk has no room; the message names the file and the remedy.
 * @example
 * const store = createSqliteStore({ file: "runs.db" });
 * const runwire = createRunwireServer({ store, authenticate, authorize });
 */
export function createSqliteStore(options: SqliteStoreOptions): EventStore {
  checkOptions("createSqliteStore", options, optionChecks);
  return new SqliteStore(options);
}

const optionChecks = {
  file: (value: unknown) =>
    typeof value === "string" && value !== "" ? undefined : "a file's name",
  durability: isOneOf("full", "normal"),
  maxFileBytes: isAtLeast(1),
  lockTimeoutMs: isAtLeast(0),
  ...environmentChecks,
};

class SqliteStore implements EventStore {
  readonly #clock: () => number;
  readonly #randomName: () => string;
  readonly #opening: Opening;
  readonly #isUnsynced: boolean;
  readonly #database: DatabaseSync;
  readonly #tables: Tables;
  readonly #writes: WriteQueue;
  readonly #reads: ReadTurns;
  readonly #growth: GrowthWatch;
  readonly #listeners = createListeners();
  #closing: Promise<void> | undefined;

  constructor({
    file,
    durability = "full",
    lockTimeoutMs = 5_000,
    maxFileBytes,
    ...environment
  }: SqliteStoreOptions) {
    if (typeof file !== "string" || file === "")
      throw new RunwireError("invalid_options", 'file is missing; name one, { file: "runs.db" }');
    const { clock, random } = resolveEnvironment(environment);
    this.#clock = clock;
    this.#randomName = () => toName(random(randomBytesInName));
    this.#opening = { id: this.#randomName(), salt: this.#randomName() };
    this.#isUnsynced = durability === "normal";
    this.#database = openDatabase({ file, durability, maxFileBytes, opening: this.#opening });
    this.#tables = prepareTables(this.#database);
    const shared = {
      database: this.#database,
      lockTimeoutMs,
      toError: (error: unknown) => toStorageError(error, file),
    };
    this.#writes = new WriteQueue({ ...shared, cache: this.#tables.appendCache });
    this.#reads = new ReadTurns(shared);
    this.#growth = new GrowthWatch(this.#database, this.#tables.channels.revisions, (names) =>
      this.#listeners.notify(names),
    );
    this.#tidyUp().catch(() => {
      // What a deletion before the last restart left behind waits for the next deletion or restart.
    });
  }

  async append(request: AppendRequest): Promise<AppendResult> {
    const { length } = request.events;
    const result = await this.#inTransaction(
      () => appendEvents(this.#tables, request, this.#clock()),
      length,
    );
    if (result.status === "appended") this.#listeners.notify([request.channel]);
    return result;
  }

  findPublish(key: PublishKey) {
    return this.#read(({ channels, publishes }) => {
      const channel = channels.find(key.channel);
      const offset = channel && publishes.find(channel.id, key);
      return channel && offset !== undefined ? { epoch: channel.epoch, offset } : undefined;
    });
  }

  head(channel: string) {
    return this.#read(({ channels }) => channels.head(channel));
  }

  read(request: ReadRequest): Promise<StoredPage> {
    return this.#read((tables) => readPage(tables, request));
  }

  latestCustom(name: string, upTo: number): Promise<readonly StoredEvent[]> {
    return this.#readIn(name, [], (tables, channel) => readLatestCustom(tables, channel, upTo));
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

  run(name: string, runId: string): Promise<RunRow | undefined> {
    return this.#readIn(name, undefined, ({ runs }, channel) => runs.find(channel, runId)?.row);
  }

  listRuns(request: ListRunsRequest): Promise<RunList> {
    return this.#read(({ channels, runLists }) => {
      const { epoch } = channels.head(request.channel);
      // No channel has the number 0: one that was never written has no runs.
      return { epoch, ...runLists.list(channels.find(request.channel)?.id ?? 0, request) };
    });
  }

  openRoots(name: string): Promise<readonly RunRow[]> {
    return this.#readIn(name, [], ({ runLists }, channel) => runLists.openRoots(channel));
  }

  renew(request: RenewRequest) {
    const { length } = request.runIds;
    return this.#write(({ channels, runs }) => {
      const channel = channels.find(request.channel)?.id ?? 0;
      return request.runIds.flatMap((runId) => {
        const found = runs.find(channel, runId);
        const renewal = planRenewal(found?.row, request, this.#clock());
        if (renewal.status === "lost") return [{ runId, code: renewal.code }];
        if (found !== undefined) runs.update(found, renewal.run);
        return [];
      });
    }, length);
  }

  extendLeases(): Promise<void> {
    return this.#write(({ runs }) => runs.extendLeases(this.#clock()));
  }

  lapsedRuns(limit: number): Promise<readonly RunRow[]> {
    return this.#read(({ runLists }) => runLists.lapsed(this.#clock(), limit));
  }

  async abandon(request: AbandonRequest): Promise<boolean> {
    const isAbandoned = await this.#write((tables) => abandonRun(tables, request, this.#clock()));
    if (isAbandoned) this.#listeners.notify([request.channel]);
    return isAbandoned;
  }

  putCommand(command: NewCommand): Promise<CommandRow> {
    const commandId = this.#randomName();
    return this.#write(({ commands }) => commands.put(command, commandId, this.#clock()));
  }

  answerCommand(channel: string, commandId: string, answer: CommandAnswer) {
    return this.#write(({ commands }) => commands.answer(channel, commandId, answer));
  }

  pendingCommands(channel: string, runId: string): Promise<readonly CommandRow[]> {
    return this.#read(({ commands }) => commands.pending(channel, runId));
  }

  callCommand(request: CommandCallRequest): Promise<CommandCall | undefined> {
    return this.#write(({ commands, calls }) => {
      const row = commands.find(request.channel, request.commandId);
      return (
        row && { ...calls.call(request, this.#clock()), ...(row.answer && { answer: row.answer }) }
      );
    });
  }

  calledCommands(limit: number): Promise<readonly CommandRow[]> {
    return this.#read(({ commands }) => commands.called(limit, this.#clock()));
  }

  noteCall(channel: string, commandId: string, answer?: CommandAnswer): Promise<boolean> {
    return this.#write(({ calls }) => calls.note(channel, commandId, this.#clock(), answer));
  }

  keptRuns(request: KeptRunsRequest): Promise<KeptRuns> {
    return this.#read(({ channels, keptRuns }) => keptRuns.read(channels, request, this.#clock()));
  }

  /** Step by step, each a transaction of its own with a floor that holds: a long history does not stop the loop. */
  async trim(name: string, wish: number): Promise<number> {
    for (;;) {
      const { floor, isDone, hasMoved } = await this.#write((tables) =>
        trimStep(tables, name, wish),
      );
      if (hasMoved) this.#listeners.notify([name]);
      if (!isDone) continue;
      if (hasMoved) await this.#tidyUp();
      return floor;
    }
  }

  /** The channel is gone with the first transaction; its rows go in the ones that follow. */
  async deleteChannel(name: string): Promise<void> {
    const epoch = this.#randomName();
    const wasThere = await this.#write(({ channels, commands, garbage }) => {
      commands.deleteChannel(name);
      const channel = channels.find(name);
      if (channel === undefined) return false;
      garbage.add(channel.id);
      channels.replace(channel, name, epoch);
      return true;
    });
    if (wasThere) this.#listeners.notify([name]);
    await this.#tidyUp();
  }

  async renewEpochs(): Promise<void> {
    const salt = this.#randomName();
    const names = await this.#write(({ channels }) =>
      renewEpochs(this.#database, channels.revisions, salt),
    );
    this.#listeners.notify(names);
  }

  claimDuty(claim: DutyClaim): Promise<boolean> {
    return this.#write(({ duties }) => duties.claim(claim, this.#clock()));
  }

  listChannels({ after = "", limit }: { readonly after?: string; readonly limit: number }) {
    return this.#read(({ channels }) => channels.list(after, limit));
  }

  check(): Promise<void> {
    return this.#read(({ channels }) => void channels.head(""));
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

  /** Rows of deleted channels, then free pages; ends early when the store is closed, and the next opening goes on. */
  async #tidyUp(): Promise<void> {
    while (this.#closing === undefined) {
      const step = await this.#read(({ garbage, freePages }) => {
        if (!garbage.isEmpty) return () => garbage.deleteSome();
        return freePages.isTooMany ? () => freePages.giveSomeBack() : undefined;
      });
      if (step === undefined || this.#closing !== undefined) return;
      await this.#write(step);
    }
  }

  /** `work` may run more than once; only the file is changed by it. */
  #write<Result>(work: (tables: Tables) => Result, weight = 1): Promise<Result> {
    return this.#inTransaction(() => {
      this.#tables.appendCache.forget();
      return work(this.#tables);
    }, weight);
  }

  async #inTransaction<Result>(work: () => Result, weight: number): Promise<Result> {
    if (this.#closing !== undefined) throw closedError();
    return this.#writes.add(work, weight);
  }

  /** All that `work` reads is of one moment. */
  async #read<Result>(work: (tables: Tables) => Result): Promise<Result> {
    if (this.#closing !== undefined) throw closedError();
    return this.#reads.run(() => work(this.#tables));
  }

  /** `nothing` where the channel was never written. */
  #readIn<Result>(
    name: string,
    nothing: Result,
    work: (tables: Tables, channel: number) => Result,
  ): Promise<Result> {
    return this.#read((tables) => {
      const channel = tables.channels.find(name);
      return channel === undefined ? nothing : work(tables, channel.id);
    });
  }
}
