import type {
  AbandonRequest,
  AppendRequest,
  AppendResult,
  CommandAnswer,
  CommandCallRequest,
  CommandRow,
  DutyClaim,
  EventStore,
  KeptRunsRequest,
  ListRunsRequest,
  NewCommand,
  Notice,
  NoticesRequest,
  PublishKey,
  ReadRequest,
  RenewRequest,
  RunList,
  RunRow,
} from "../event-store.js";
import { deriveEpoch, randomBytesInName, toName } from "../rows/epoch.js";
import { createListeners } from "../rows/listeners.js";
import { planAbandonment } from "../rows/plan-abandonment.js";
import { extendLease, planRenewal } from "../rows/plan-renewal.js";
import { closedError, type StoreEnvironment } from "../rows/store-options.js";
import { MemoryCalls } from "./memory-calls.js";
import { MemoryChannel } from "./memory-channel.js";
import { MemoryCommands } from "./memory-commands.js";
import { MemoryDuties } from "./memory-duties.js";
import { MemoryNotices } from "./memory-notices.js";

/** No `await` inside a method: each is one transaction by being one turn. */
export class MemoryStore implements EventStore {
  readonly #clock: () => number;
  readonly #random: () => string;
  #salt: string;
  readonly #channels = new Map<string, MemoryChannel>();
  readonly #commands = new MemoryCommands();
  readonly #calls = new MemoryCalls(this.#commands);
  readonly #duties = new MemoryDuties();
  readonly #notices = new MemoryNotices();
  readonly #listeners = createListeners();
  #closing: Promise<void> | undefined;

  constructor({ clock, random }: Required<StoreEnvironment>) {
    this.#clock = clock;
    this.#random = () => toName(random(randomBytesInName));
    this.#salt = this.#random();
  }

  async append(request: AppendRequest): Promise<AppendResult> {
    this.#ensureOpen();
    const channel = this.#find(request.channel);
    const result = channel.append(request, this.#clock());
    if (result.status === "appended") this.#changed(request.channel, channel);
    return result;
  }

  async findPublish({ channel, writer, id }: PublishKey) {
    this.#ensureOpen();
    return this.#find(channel).findPublish(writer, id);
  }

  async head(channel: string) {
    this.#ensureOpen();
    return this.#find(channel).head;
  }

  async read(request: ReadRequest) {
    this.#ensureOpen();
    const { log, head } = this.#find(request.channel);
    return log.read(request, head);
  }

  async latestCustom(channel: string, upTo: number) {
    this.#ensureOpen();
    return this.#find(channel).log.latestCustom(upTo);
  }

  watch(listener: (channel: string) => void): () => void {
    this.#ensureOpen();
    return this.#listeners.add(listener);
  }

  async run(channel: string, runId: string) {
    this.#ensureOpen();
    return this.#find(channel).runs.get(runId);
  }

  async listRuns(request: ListRunsRequest): Promise<RunList> {
    this.#ensureOpen();
    const { epoch, runs } = this.#find(request.channel);
    return { epoch, ...runs.list(request) };
  }

  async openRoots(channel: string) {
    this.#ensureOpen();
    return this.#find(channel).runs.openRoots;
  }

  async renew(request: RenewRequest) {
    this.#ensureOpen();
    const { runs } = this.#find(request.channel);
    return request.runIds.flatMap((runId) => {
      const renewal = planRenewal(runs.get(runId), request, this.#clock());
      if (renewal.status === "lost") return [{ runId, code: renewal.code }];
      runs.set(renewal.run);
      return [];
    });
  }

  async extendLeases(): Promise<void> {
    this.#ensureOpen();
    for (const { runs } of this.#channels.values())
      for (const run of runs.open) runs.set(extendLease(run, this.#clock()));
  }

  async lapsedRuns(limit: number): Promise<readonly RunRow[]> {
    this.#ensureOpen();
    const now = this.#clock();
    const open = [...this.#channels.values()].flatMap(({ runs }) => runs.open);
    const lapsed = open.filter((run) => run.leaseUntil <= now);
    return lapsed.toSorted((one, other) => one.leaseUntil - other.leaseUntil).slice(0, limit);
  }

  async abandon({ channel: name, runId, event }: AbandonRequest): Promise<boolean> {
    this.#ensureOpen();
    const channel = this.#find(name);
    const run = planAbandonment(channel.runs.get(runId), event, channel.log.head, this.#clock());
    if (run === undefined) return false;
    channel.write({ events: [event] }, { run, tools: new Map() });
    this.#changed(name, channel);
    return true;
  }

  async putCommand(command: NewCommand): Promise<CommandRow> {
    this.#ensureOpen();
    return this.#commands.put(command, this.#random, this.#clock());
  }

  async answerCommand(channel: string, commandId: string, answer: CommandAnswer) {
    this.#ensureOpen();
    return this.#commands.answer(channel, commandId, answer);
  }

  async pendingCommands(channel: string, runId: string) {
    this.#ensureOpen();
    return this.#commands.pending(channel, runId);
  }

  async callCommand(call: CommandCallRequest) {
    this.#ensureOpen();
    return this.#calls.call(call, this.#clock());
  }

  async calledCommands(limit: number) {
    this.#ensureOpen();
    return this.#calls.called(limit, this.#clock());
  }

  async noteCall(channel: string, commandId: string, answer?: CommandAnswer) {
    this.#ensureOpen();
    return this.#calls.note(channel, commandId, this.#clock(), answer);
  }

  async keptRuns({ channel, limit }: KeptRunsRequest) {
    this.#ensureOpen();
    return this.#find(channel).keptRuns(limit, this.#clock());
  }

  async trim(name: string, floor: number, epoch?: string): Promise<number> {
    this.#ensureOpen();
    const channel = this.#find(name);
    const { floor: before } = channel.log;
    if (epoch !== undefined && epoch !== channel.epoch) return before;
    const after = channel.trim(floor);
    if (after !== before) this.#changed(name, channel);
    return after;
  }

  async deleteChannel(name: string): Promise<void> {
    this.#ensureOpen();
    this.#commands.deleteChannel(name);
    if (!this.#channels.has(name)) return;
    this.#changed(name, new MemoryChannel(this.#random()));
  }

  async renewEpochs(): Promise<void> {
    this.#ensureOpen();
    this.#salt = this.#random();
    for (const channel of this.#channels.values()) channel.epoch = this.#random();
    this.#listeners.notify(this.#channels.keys());
  }

  async claimDuty(claim: DutyClaim): Promise<boolean> {
    this.#ensureOpen();
    return this.#duties.claim(claim, this.#clock());
  }

  async putNotice(from: string, notice: Notice): Promise<void> {
    this.#ensureOpen();
    this.#notices.put(from, notice, this.#clock());
  }

  async notices(request: NoticesRequest) {
    this.#ensureOpen();
    return this.#notices.read(request);
  }

  async listChannels({ after, limit }: { readonly after?: string; readonly limit: number }) {
    this.#ensureOpen();
    const names = [...this.#channels].filter(([, { log }]) => log.head > 0).map(([name]) => name);
    return names
      .filter((name) => after === undefined || name > after)
      .toSorted()
      .slice(0, limit);
  }

  async check(): Promise<void> {
    this.#ensureOpen();
  }

  close(): Promise<void> {
    this.#closing ??= Promise.resolve().then(() => {
      this.#channels.clear();
      this.#listeners.clear();
    });
    return this.#closing;
  }

  #ensureOpen(): void {
    if (this.#closing !== undefined) throw closedError();
  }

  /** A channel that was never written is not kept: asking writes nothing. */
  #find(name: string): MemoryChannel {
    return this.#channels.get(name) ?? new MemoryChannel(deriveEpoch(this.#salt, name));
  }

  #changed(name: string, channel: MemoryChannel): void {
    this.#channels.set(name, channel);
    this.#listeners.notify([name]);
  }
}
