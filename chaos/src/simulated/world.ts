import { createRunwireClient } from "@runwire/client";
import { createMemoryStore, type EventStore } from "@runwire/store";
import { FakeClock } from "@runwire/testing";
import { Application, ignore } from "../application/application.ts";
import { areLevel, checkFolds, readAll } from "../application/level.ts";
import { createRandom, toBytes } from "../application/random.ts";
import { channel, createRecorder, toMarkedEvents } from "../application/recording-store.ts";
import type { Subscriber } from "../application/subscribers.ts";
import type { Anomaly, HistoryEntry, StartOfReading } from "../checker/history.ts";
import { ClientNetwork, type Tampering } from "./network.ts";
import { revalidateMs, ServerProcess } from "./server-process.ts";
import { clientCount, type Step } from "./steps.ts";

/** A mistake that is made on purpose, from outside: what the search must find. */
export interface Plant extends Tampering {
  /** What the store answers. */
  readonly store?: (store: EventStore) => EventStore;
  /** Every new store gives the same names. */
  readonly oneEpoch?: true;
  /** Nobody loses a right. */
  readonly neverRevoked?: true;
}

/** The longest time that it may take until everybody has everything, when all faults are over, seconds. */
const longestCure = 30;
/** The longest time that the application thinks about what somebody may do, milliseconds. */
const slowestAnswerMs = 600;
/** How long somebody may still be handed what is written when the server was told that they lost their right. */
const toldGraceMs = 1_000;
/** When it was not told, it asks by itself; what it is told, or reads, may be as old as the slowest answers. */
const untoldGraceMs = revalidateMs + slowestAnswerMs + 1_000;

/** One process in which servers, clients and a store live, on a clock of their own. */
export class World {
  readonly history: HistoryEntry[] = [];
  readonly #clock = new FakeClock();
  readonly #random: () => number;
  readonly #plant: Plant;
  readonly #revoked = new Set<string>();
  readonly #networks: readonly ClientNetwork[];
  readonly #applications: readonly Application[];
  readonly #processes: ServerProcess[] = [];
  #base: EventStore;
  #isCalm = false;
  /** The application is slow to say who may what. */
  #isThinking = false;
  #stalledMs = 0;

  constructor(seed: number, plant: Plant = {}) {
    this.#random = createRandom(seed);
    this.#plant = plant;
    this.#base = this.#createStore();
    this.#startServer();
    this.#networks = Array.from({ length: clientCount }, () => this.#createNetwork());
    this.#applications = this.#networks.map((network, index) =>
      this.#createApplication(network, `u${index}`),
    );
  }

  async do(step: Step): Promise<void> {
    if ("client" in step) await this.#doTo(step);
    else if (step.type === "advance") await this.#clock.advance(step.milliseconds);
    else if (step.type === "stall") await this.#stall(step.milliseconds);
    else if (step.type === "jump") this.#clock.setTimeOfDay(this.#clock.now() + step.milliseconds);
    else if (step.type === "trim") await this.#trim(step.share);
    else if (step.type === "deleteChannel") await this.#deleteChannel();
    else this.#replaceServer(step.type);
    await this.#clock.advance(0);
  }

  /** Faults end; nobody connects again for it. Answers after how many seconds everybody has everything. */
  async comeToRest(): Promise<number> {
    this.#isCalm = true;
    for (const network of this.#networks) network.heal();
    const seconds = await this.#untilLevel();
    if (this.#revoked.size > 0 && seconds < longestCure) await this.#writeLater();
    const { epoch, floor, events } = await readAll(this.#base);
    this.#note({ type: "log", epoch, floor, events: toMarkedEvents(events) });
    for (const { name } of this.#waiting()) this.#note({ type: "rest", subscriber: name });
    return seconds;
  }

  async #untilLevel(): Promise<number> {
    let seconds = 0;
    do {
      await this.#clock.advance(1_000);
      seconds += 1;
    } while (seconds < longestCure && !areLevel(this.#waiting(), await readAll(this.#base)));
    return seconds;
  }

  /** Something that those whose right is gone for long must not see. */
  async #writeLater(): Promise<void> {
    await this.#clock.advance(untoldGraceMs);
    this.#applications.find(({ user }) => !this.#revoked.has(user))?.publish();
    await this.#untilLevel();
  }

  /** Whether everybody shows what the log folds to: as they stand, and with all that is older. */
  async checkFolds(): Promise<readonly Anomaly[]> {
    if (this.history.some(({ type }) => type === "trimmed")) return [];
    const before = checkFolds(this.#waiting(), await readAll(this.#base));
    const latest = this.#waiting().filter(({ runs }) => runs !== undefined);
    let loaded = 0;
    for (const subscriber of latest) loadAllOlder(subscriber).then(() => ++loaded, ignore);
    await this.#clock.advance(1_000);
    if (loaded < latest.length) return [{ name: "misfolded", detail: "older runs do not come" }];
    const everything = latest.map((subscriber) => ({ ...subscriber, runs: Infinity }));
    return [...before, ...checkFolds(everything, await readAll(this.#base))];
  }

  /** Everybody goes; answers how many timers are left over. */
  async end(): Promise<number> {
    const closing = this.#applications.map(({ client }) => client.close());
    await this.#clock.advance(5_000);
    await Promise.all(closing);
    void this.#process.server.close();
    await this.#clock.advance(5_000);
    return this.#clock.pending().length;
  }

  readonly #note = (entry: HistoryEntry): void => {
    this.history.push(entry);
  };

  // ── the parts ────────────────────────────────────────────────────────────────────────────────

  #createStore(): EventStore {
    const { oneEpoch } = this.#plant;
    const random = oneEpoch ? (length: number) => new Uint8Array(length) : toBytes(this.#random);
    const store = createMemoryStore({ clock: () => this.#clock.now(), random });
    return createRecorder(() => this.#livedMs(), this.#note).record(store);
  }

  get #process(): ServerProcess {
    // The constructor starts the first one.
    return this.#processes.at(-1) as ServerProcess;
  }

  #startServer(): void {
    const { store = (same: EventStore) => same, neverRevoked } = this.#plant;
    const process = new ServerProcess(store(this.#base), {
      ...{ clock: this.#clock, random: this.#random, number: this.#processes.length },
      isCalm: () => this.#isCalm,
      thinkingMs: () => this.#thinkingMs(),
      mayDo: (user) => neverRevoked === true || !this.#revoked.has(user),
    });
    this.#processes.push(process);
  }

  #createNetwork(): ClientNetwork {
    return new ClientNetwork({
      ...this.#plant,
      ...{ clock: this.#clock, random: this.#random, note: this.#note },
      server: () => this.#process,
      isCalm: () => this.#isCalm,
    });
  }

  #createApplication({ WebSocket, page }: ClientNetwork, user: string): Application {
    const environment = { clock: this.#clock, random: this.#random };
    const client = createRunwireClient({
      ...{ url: "ws://memory/runwire", token: () => user, WebSocket, page, ...environment },
      backoff: { firstMs: 50, maxMs: 1_000, attempts: 100_000 },
      ...{ lingerMs: 100, probeMs: 200 },
    });
    return new Application({ user, client, note: this.#note, ...environment });
  }

  // ── the steps ────────────────────────────────────────────────────────────────────────────────

  async #doTo(step: Extract<Step, { readonly client: number }>): Promise<void> {
    // There are as many as there are indexes.
    const application = this.#applications[step.client] as Application;
    const network = this.#networkOf(application);
    switch (step.type) {
      case "write":
        return application.write(step.what, step.count);
      case "pour":
        return this.#pour(application, step.count);
      case "publish":
        return application.publish();
      case "ask":
        return this.#ask(application, step);
      case "follow":
        return application.follow();
      case "followLatest":
        application.follow(step.runs);
        return step.isImpatient ? application.loadOlder() : undefined;
      case "loadOlder":
        return application.loadOlder();
      case "read":
        return application.read(await this.#toStart(step.from));
      case "unfollow":
        return application.subscribers.at(-1)?.stop();
      case "stop":
        return application.subscribers.at(0)?.stop();
      case "revoke":
        return this.#revoke(application.user, step.isTold);
      case "holdUp":
        return network.hold("up");
      case "holdDown":
        return network.hold("down");
      case "switch":
        // The old way is dead, and nobody is told of it; the new one works.
        network.hold();
        return network.wake();
      case "flap":
        return this.#flap(application);
      default:
        return network[step.type]();
    }
  }

  async #pour(application: Application, count: number): Promise<void> {
    for (let nth = 0; nth < count; nth += 1) {
      application.write("say", 1);
      await this.#clock.advance(40);
    }
  }

  /** A way that dies again just after it was found: what was said first on it is still being worked on. */
  async #flap(application: Application): Promise<void> {
    const network = this.#networkOf(application);
    network.cut();
    this.#isThinking = true;
    await this.#untilConnected(application);
    await this.#clock.advance(this.#random() * 150);
    this.#isThinking = false;
    network.hold();
    network.wake();
    await this.#clock.advance(250);
    await this.#untilConnected(application);
    await this.#clock.advance(this.#random() * 300);
  }

  #thinkingMs(): number {
    if (this.#isThinking) return slowestAnswerMs;
    return this.#isCalm || this.#random() < 0.8 ? 0 : this.#random() * slowestAnswerMs;
  }

  async #untilConnected({ client }: Application): Promise<void> {
    for (let waits = 0; waits < 20 && client.status !== "connected"; waits += 1)
      await this.#clock.advance(50);
  }

  #networkOf(application: Application): ClientNetwork {
    // Each application has one.
    return this.#networks[this.#applications.indexOf(application)] as ClientNetwork;
  }

  async #ask(asker: Application, step: Extract<Step, { readonly type: "ask" }>): Promise<void> {
    const writing = this.#applications.filter(({ runId }) => runId !== undefined);
    const writer = writing[step.of % writing.length];
    if (!writer?.runId) return;
    if (step.meanwhile === "flap") await this.#flap(writer);
    asker.ask(step.asking, writer.runId);
    if (step.meanwhile === "nothing") return;
    await this.#clock.advance(this.#random() * (step.meanwhile === "cut" ? 150 : 1_000));
    if (step.meanwhile === "cut") this.#networkOf(writer).cut();
    else asker.ask(step.asking, writer.runId);
  }

  async #toStart(from: "start" | "now" | number): Promise<StartOfReading> {
    if (typeof from === "string") return from;
    const { epoch, offset } = await this.#base.head(channel);
    return { epoch, offset: Math.floor(offset * from) };
  }

  #revoke(user: string, isTold: boolean): void {
    if (this.#revoked.has(user)) return;
    this.#revoked.add(user);
    const graceMs = isTold ? toldGraceMs : untoldGraceMs;
    this.#note({ type: "revoked", at: this.#livedMs(), user, graceMs });
    if (!isTold) return;
    for (const { server, isDead } of this.#processes) if (!isDead) void server.revoke({ user });
  }

  async #stall(milliseconds: number): Promise<void> {
    this.#stalledMs += milliseconds;
    await this.#clock.stall(milliseconds);
  }

  /** While everything stands still nobody can be asked whether somebody may still see something. */
  #livedMs(): number {
    return this.#clock.monotonic() - this.#stalledMs;
  }

  #replaceServer(how: "kill" | "drain" | "wipe"): void {
    if (how === "drain") void this.#process.server.close();
    else this.#process.kill();
    if (how === "wipe") {
      this.#base = this.#createStore();
      this.#note({ type: "wiped" });
    }
    this.#startServer();
    if (how !== "drain") for (const network of this.#networks) network.cut();
  }

  async #deleteChannel(): Promise<void> {
    this.#note({ type: "wiped" });
    await this.#base.deleteChannel(channel);
  }

  async #trim(share: number): Promise<void> {
    const { runs = [] } = await this.#base.listRuns({ channel, limit: 100 });
    const run = runs[Math.min(runs.length - 1, Math.floor(share * runs.length))];
    if (!run) return;
    const { epoch } = await this.#base.head(channel);
    this.#note({ type: "trimmed", epoch, floor: await this.#base.trim(channel, run.first) });
  }

  #waiting(): readonly Subscriber[] {
    return this.#applications
      .filter(({ user }) => !this.#revoked.has(user))
      .flatMap(({ subscribers }) => subscribers.filter((subscriber) => !subscriber.isOver()));
  }
}

async function loadAllOlder({ loadOlder }: Subscriber): Promise<void> {
  while (await loadOlder?.());
}
