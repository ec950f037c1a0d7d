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
  Notice,
  NoticePage,
  NoticesRequest,
  PublishKey,
  ReadRequest,
  RenewRequest,
  RunList,
  RunRow,
  StoredEvent,
  StoredPage,
} from "../event-store.js";
import { planRenewal } from "../rows/plan-renewal.js";
import { abandonRun, appendEvents } from "./append-events.js";
import { differsFromKept } from "./differs-from-kept.js";
import { readLatestCustom, readPage } from "./read-page.js";
import type { SqliteFile } from "./sqlite-file.js";
import { type TrimStep, type TrimWish, trimStep } from "./trim-step.js";

/** What a store decides by beside what is in the file. */
export interface SqliteStoreEnvironment {
  readonly clock: () => number;
  readonly randomName: () => string;
}

/** The store's questions as transactions of the file. */
export class SqliteStore implements EventStore {
  readonly #file: SqliteFile;
  readonly #clock: () => number;
  readonly #randomName: () => string;

  constructor(file: SqliteFile, { clock, randomName }: SqliteStoreEnvironment) {
    this.#file = file;
    this.#clock = clock;
    this.#randomName = randomName;
    file.tidyUp().catch(() => {
      // What a deletion before the last restart left behind waits for the next deletion or restart.
    });
  }

  async append(request: AppendRequest): Promise<AppendResult> {
    const { length } = request.events;
    const result = await this.#file.append(
      (tables) => appendEvents(tables, request, this.#clock()),
      length,
    );
    if (result.status === "appended") this.#file.notify([request.channel]);
    if (result.status !== "duplicate") return result;
    const kept = this.#file.read((tables) => differsFromKept(tables, request, result));
    // Whatever comes of the comparison, the publish was appended and has its answer.
    const differs = await kept.catch(() => false);
    return differs ? { ...result, differs } : result;
  }

  findPublish(key: PublishKey) {
    return this.#file.read(({ channels, publishes }) => {
      const channel = channels.find(key.channel);
      const offset = channel && publishes.find(channel.id, key);
      return channel && offset !== undefined ? { epoch: channel.epoch, offset } : undefined;
    });
  }

  head(channel: string) {
    return this.#file.read(({ channels }) => channels.head(channel));
  }

  read(request: ReadRequest): Promise<StoredPage> {
    return this.#file.read((tables) => readPage(tables, request));
  }

  latestCustom(name: string, upTo: number): Promise<readonly StoredEvent[]> {
    return this.#file.readIn(name, [], (tables, channel) =>
      readLatestCustom(tables, channel, upTo),
    );
  }

  watch(listener: (channel: string) => void): () => void {
    return this.#file.watch(listener);
  }

  run(name: string, runId: string): Promise<RunRow | undefined> {
    return this.#file.readIn(
      name,
      undefined,
      ({ runs }, channel) => runs.find(channel, runId)?.row,
    );
  }

  listRuns(request: ListRunsRequest): Promise<RunList> {
    return this.#file.read(({ channels, runLists }) => {
      const { epoch } = channels.head(request.channel);
      // No channel has the number 0: one that was never written has no runs.
      return { epoch, ...runLists.list(channels.find(request.channel)?.id ?? 0, request) };
    });
  }

  openRoots(name: string): Promise<readonly RunRow[]> {
    return this.#file.readIn(name, [], ({ runLists }, channel) => runLists.openRoots(channel));
  }

  renew(request: RenewRequest) {
    const { length } = request.runIds;
    return this.#file.write(({ channels, runs }) => {
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
    return this.#file.write(({ runs }) => runs.extendLeases(this.#clock()));
  }

  lapsedRuns(limit: number): Promise<readonly RunRow[]> {
    return this.#file.read(({ runLists }) => runLists.lapsed(this.#clock(), limit));
  }

  async abandon(request: AbandonRequest): Promise<boolean> {
    const isAbandoned = await this.#file.write((tables) =>
      abandonRun(tables, request, this.#clock()),
    );
    if (isAbandoned) this.#file.notify([request.channel]);
    return isAbandoned;
  }

  putCommand(command: NewCommand): Promise<CommandRow> {
    const commandId = this.#randomName();
    return this.#file.write(({ commands }) => commands.put(command, commandId, this.#clock()));
  }

  answerCommand(channel: string, commandId: string, answer: CommandAnswer) {
    return this.#file.write(({ commands }) => commands.answer(channel, commandId, answer));
  }

  pendingCommands(channel: string, runId: string): Promise<readonly CommandRow[]> {
    return this.#file.read(({ commands }) => commands.pending(channel, runId));
  }

  callCommand(request: CommandCallRequest): Promise<CommandCall | undefined> {
    return this.#file.write(({ commands, calls }) => {
      const row = commands.find(request.channel, request.commandId);
      return (
        row && { ...calls.call(request, this.#clock()), ...(row.answer && { answer: row.answer }) }
      );
    });
  }

  calledCommands(limit: number): Promise<readonly CommandRow[]> {
    return this.#file.read(({ commands }) => commands.called(limit, this.#clock()));
  }

  noteCall(channel: string, commandId: string, answer?: CommandAnswer): Promise<boolean> {
    return this.#file.write(({ calls }) => calls.note(channel, commandId, this.#clock(), answer));
  }

  keptRuns(request: KeptRunsRequest): Promise<KeptRuns> {
    return this.#file.read(({ channels, keptRuns }) =>
      keptRuns.read(channels, request, this.#clock()),
    );
  }

  /** Step by step, each a transaction of its own with a floor that holds: a long history does not stop the loop. */
  async trim(name: string, wish: number, epoch?: string): Promise<number> {
    let step = await this.#trimStep(name, { wish, epoch });
    if (!step.hasMoved) return step.floor;
    // The log of the first step only: between two of them the channel may be deleted and filled again.
    while (!step.isDone) step = await this.#trimStep(name, { wish, epoch: step.epoch });
    await this.#file.tidyUp();
    return step.floor;
  }

  async #trimStep(name: string, wanted: TrimWish): Promise<TrimStep> {
    const step = await this.#file.write((tables) => trimStep(tables, name, wanted));
    if (step.hasMoved) this.#file.notify([name]);
    return step;
  }

  /** The channel is gone with the first transaction; its rows go in the ones that follow. */
  async deleteChannel(name: string): Promise<void> {
    const epoch = this.#randomName();
    const wasThere = await this.#file.write(({ channels, commands, garbage }) => {
      commands.deleteChannel(name);
      const channel = channels.find(name);
      if (channel === undefined) return false;
      garbage.add(channel.id);
      channels.replace(channel, name, epoch);
      return true;
    });
    if (wasThere) this.#file.notify([name]);
    await this.#file.tidyUp();
  }

  async renewEpochs(): Promise<void> {
    const salt = this.#randomName();
    const names = await this.#file.write(({ channels, epochs }) =>
      epochs.renew(salt, channels.revisions.now()),
    );
    this.#file.notify(names);
  }

  claimDuty(claim: DutyClaim): Promise<boolean> {
    return this.#file.write(({ duties }) => duties.claim(claim, this.#clock()));
  }

  putNotice(from: string, notice: Notice): Promise<void> {
    return this.#file.write(({ notices }) => notices.put(from, notice, this.#clock()));
  }

  notices(request: NoticesRequest): Promise<NoticePage> {
    return this.#file.read(({ notices }) => notices.read(request));
  }

  listChannels({ after = "", limit }: { readonly after?: string; readonly limit: number }) {
    return this.#file.read(({ channels }) => channels.list(after, limit));
  }

  check(): Promise<void> {
    return this.#file.read(({ channels }) => void channels.head(""));
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
