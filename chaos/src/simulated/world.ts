import { isDeepStrictEqual } from "node:util";
import { emptyChannelState, type LoggedEvent, reduceChannel } from "@runwire/protocol";
import type { ServerSocket } from "@runwire/server";
import { createMemoryStore, type EventStore } from "@runwire/store";
import { FakeClock, linkInMemory, type MemoryLink, type SocketAcceptor } from "@runwire/testing";
import { Application } from "../application/application.ts";
import { createRandom, toBytes } from "../application/random.ts";
import { channel, recordStore, toMarkedEvents } from "../application/recording-store.ts";
import type { Anomaly, HistoryEntry, StartOfReading } from "../checker/history.ts";
import { ServerProcess } from "./server-process.ts";
import { clientCount, type Step } from "./steps.ts";

/** A mistake that is made on purpose, from outside: what the search must find. */
export interface Plant {
  /** What the store answers. */
  readonly store?: (store: EventStore) => EventStore;
  /** What the server sends. */
  readonly sent?: (text: string) => string;
  /** What the clients send. */
  readonly asked?: (text: string) => string;
  /** Every new store gives the same names. */
  readonly oneEpoch?: true;
  /** Nobody loses a right. */
  readonly neverRevoked?: true;
}

/** The longest time that it may take until everybody has everything, when all faults are over, seconds. */
const longestCure = 30;

/** One process in which servers, clients and a store live, on a clock of their own. */
export class World {
  readonly history: HistoryEntry[] = [];
  readonly #clock = new FakeClock();
  readonly #random: () => number;
  readonly #plant: Plant;
  readonly #revoked = new Set<string>();
  readonly #links: MemoryLink[];
  readonly #applications: Application[];
  #base: EventStore;
  #process: ServerProcess;
  #isCalm = false;
  #stalledMs = 0;

  constructor(seed: number, plant: Plant = {}) {
    this.#random = createRandom(seed);
    this.#plant = plant;
    this.#base = this.#createStore();
    this.#process = this.#startServer();
    const indexes = Array.from({ length: clientCount }, (_, index) => index);
    this.#links = indexes.map(() => this.#createLink());
    this.#applications = this.#links.map(({ WebSocket }, index) => {
      const parts = { user: `u${index}`, WebSocket, clock: this.#clock, random: this.#random };
      return new Application({ ...parts, note: this.#note });
    });
  }

  async do(step: Step): Promise<void> {
    if ("client" in step) await this.#doTo(step);
    else if (step.type === "advance") await this.#clock.advance(step.milliseconds);
    else if (step.type === "stall") await this.#stall(step.milliseconds);
    else if (step.type === "jump") this.#clock.setTimeOfDay(this.#clock.now() + step.milliseconds);
    else if (step.type === "trim") await this.#trim(step.share);
    else this.#replaceServer(step.type);
    await this.#clock.advance(0);
  }

  /** Faults end; nobody connects again for it. Answers after how many seconds everybody has everything. */
  async comeToRest(): Promise<number> {
    this.#isCalm = true;
    for (const link of this.#links) for (const connection of link.connections) connection.heal();
    let seconds = 0;
    do {
      await this.#clock.advance(1_000);
      seconds += 1;
    } while (seconds < longestCure && !(await this.#isLevel()));
    const { epoch, floor, events } = await this.#readAll();
    this.#note({ type: "log", epoch, floor, events: toMarkedEvents(events) });
    for (const { name } of this.#waiting()) this.#note({ type: "rest", subscriber: name });
    return seconds;
  }

  /** Whether everybody shows what the log folds to; of a log that was trimmed some show more than others. */
  async checkFolds(): Promise<readonly Anomaly[]> {
    if (this.history.some(({ type }) => type === "trimmed")) return [];
    const { events } = await this.#readAll();
    // What the store has is what it was given: events of the protocol.
    const logged: readonly LoggedEvent[] = events.map(({ json, offset }) => ({
      ...JSON.parse(json),
      offset,
    }));
    const whole = reduceChannel(emptyChannelState, logged);
    return this.#waiting()
      .filter(({ state }) => state && !isDeepStrictEqual(state(), whole))
      .map(({ name }) => ({ name: "misfolded", detail: `${name} shows something else` }));
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
    return recordStore(store, () => this.#livedMs(), this.#note);
  }

  #startServer(): ServerProcess {
    const { store = (same: EventStore) => same, neverRevoked } = this.#plant;
    return new ServerProcess(store(this.#base), {
      ...{ clock: this.#clock, random: this.#random },
      isCalm: () => this.#isCalm,
      mayDo: (user) => neverRevoked === true || !this.#revoked.has(user),
    });
  }

  /** A client's network: what is sent takes a time of its own, and leads to the server of that time. */
  #createLink(): MemoryLink {
    const { sent, asked } = this.#plant;
    const acceptor: SocketAcceptor = {
      refusalOf: (request) => this.#process.server.refusalOf(request),
      accept: (socket, request) => {
        const { server } = this.#process;
        const handlers = server.accept(sent ? changeSent(socket, sent) : socket, request);
        if (!asked) return handlers;
        const onMessage = (text: string, bytes: number) => handlers.onMessage(asked(text), bytes);
        return override(handlers, { onMessage });
      },
    };
    return linkInMemory(acceptor, { deliver: (arrive) => this.#deliver(arrive) });
  }

  #deliver(arrive: () => void): void {
    const roll = this.#isCalm ? 0 : this.#random();
    if (roll < 0.6) queueMicrotask(arrive);
    else this.#clock.after((roll - 0.6) * 300, arrive);
  }

  // ── the steps ────────────────────────────────────────────────────────────────────────────────

  async #doTo(step: Extract<Step, { readonly client: number }>): Promise<void> {
    // There are as many as there are indexes.
    const application = this.#applications[step.client] as Application;
    const connections = this.#links[step.client]?.connections ?? [];
    if (step.type === "write") application.write(step.what, step.count);
    else if (step.type === "publish") application.publish();
    else if (step.type === "follow") application.follow();
    else if (step.type === "read") application.read(await this.#toStart(step.from));
    else if (step.type === "unfollow") application.subscribers.at(-1)?.stop();
    else if (step.type === "stop") application.subscribers.at(0)?.stop();
    else if (step.type === "revoke") this.#revoke(application.user);
    else if (step.type === "cut") for (const connection of connections) connection.cut();
    else if (step.type === "heal") for (const connection of connections) connection.heal();
    else if (step.type === "hold") for (const connection of connections) connection.hold();
    else for (const each of connections) each.hold(step.type === "holdUp" ? "up" : "down");
  }

  async #toStart(from: "start" | "now" | number): Promise<StartOfReading> {
    if (typeof from === "string") return from;
    const { epoch, offset } = await this.#base.head(channel);
    return { epoch, offset: Math.floor(offset * from) };
  }

  #revoke(user: string): void {
    if (this.#revoked.has(user)) return;
    this.#revoked.add(user);
    this.#note({ type: "revoked", at: this.#livedMs(), user });
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
    this.#process = this.#startServer();
    if (how !== "drain") for (const link of this.#links) link.cutAll();
  }

  async #trim(share: number): Promise<void> {
    const { runs = [] } = await this.#base.listRuns({ channel, limit: 100 });
    const run = runs[Math.min(runs.length - 1, Math.floor(share * runs.length))];
    if (!run) return;
    const { epoch } = await this.#base.head(channel);
    this.#note({ type: "trimmed", epoch, floor: await this.#base.trim(channel, run.first) });
  }

  // ── the end ──────────────────────────────────────────────────────────────────────────────────

  #waiting() {
    return this.#applications
      .filter(({ user }) => !this.#revoked.has(user))
      .flatMap(({ subscribers }) => subscribers.filter((subscriber) => !subscriber.isOver()));
  }

  async #isLevel(): Promise<boolean> {
    const { epoch, offset, events } = await this.#readAll();
    const mark = toMarkedEvents(events).at(-1)?.marks.at(-1) ?? "";
    return this.#waiting().every(({ seen, from }) => {
      if (seen.size > 0) return seen.has(mark);
      const start = from();
      if (typeof start === "string") return start === "now" || offset === 0;
      return start.epoch === epoch && start.offset === offset;
    });
  }

  #readAll() {
    return this.#base.read({ channel, after: 0, limit: 100_000 });
  }
}

function changeSent(socket: ServerSocket, change: (text: string) => string): ServerSocket {
  return override(socket, {
    send: (text) => socket.send(change(text)),
    sendShared: ({ bytes }) => socket.send(change(Buffer.from(bytes).toString())),
  });
}

/** The same object with some methods replaced; the others keep their own `this`. */
function override<Target extends object>(target: Target, methods: Partial<Target>): Target {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
