import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRunwireClient } from "@runwire/client";
import { systemClock } from "@runwire/protocol";
import type { EventStore } from "@runwire/store";
import { createSqliteStore } from "@runwire/store/sqlite";
import { createFaultProxy, type FaultProxy } from "@runwire/testing";
import { Application, type Asking, ignore } from "../application/application.ts";
import { areLevel, checkFolds, readAll } from "../application/level.ts";
import { createRandom } from "../application/random.ts";
import { channel, createRecorder, toMarkedEvents } from "../application/recording-store.ts";
import type { Subscriber } from "../application/subscribers.ts";
import type { Anomaly, HistoryEntry } from "../checker/history.ts";
import { SocketServer } from "./socket-server.ts";
import type { SocketSchedule, SocketStep } from "./socket-steps.ts";

/** The longest time that it may take until everybody has everything, when all faults are over. */
const longestCureMs = 60_000;
const pollMs = 10;

/** A server on real sockets over a real file, and clients that come by way of networks with faults. */
export class SocketWorld {
  readonly history: HistoryEntry[] = [];
  readonly #random: () => number;
  readonly #folder: string;
  readonly #stores: EventStore[] = [];
  readonly #proxies: FaultProxy[] = [];
  #applications: readonly Application[] = [];
  #server: SocketServer | undefined;
  #port = 0;

  private constructor(seed: number, folder: string) {
    this.#random = createRandom(seed);
    this.#folder = folder;
  }

  static async open(seed: number, plans: SocketSchedule["plans"]): Promise<SocketWorld> {
    const world = new SocketWorld(seed, await mkdtemp(join(tmpdir(), "runwire-chaos-")));
    await world.#startServer();
    for (const own of plans) {
      const plan = (connection: number) => own[connection];
      world.#proxies.push(await createFaultProxy({ target: { port: world.#port }, plan }));
    }
    world.#applications = world.#proxies.map((proxy, index) => world.#connect(proxy, `u${index}`));
    return world;
  }

  async do(step: SocketStep): Promise<void> {
    if ("client" in step) await this.#doTo(step);
    else if (step.type === "pause") await pause(step.milliseconds);
    else if (step.type === "deleteChannel") await this.#deleteChannel();
    else await this.#replaceServer(step.type);
    // What was begun without waiting begins.
    await pause(0);
  }

  /** Faults end; nobody connects again for it. */
  async comeToRest(): Promise<void> {
    for (const proxy of this.#proxies) {
      proxy.setPlan({});
      proxy.heal();
    }
    const until = performance.now() + longestCureMs;
    while (performance.now() < until && !areLevel(this.#waiting(), await readAll(this.#store)))
      await pause(pollMs);
    await this.#recorder.catchUp(this.#store);
    const { epoch, floor, events } = await readAll(this.#store);
    this.#note({ type: "log", epoch, floor, events: toMarkedEvents(events) });
    for (const { name } of this.#waiting()) this.#note({ type: "rest", subscriber: name });
  }

  async checkFolds(): Promise<readonly Anomaly[]> {
    return checkFolds(this.#waiting(), await readAll(this.#store));
  }

  async close(): Promise<void> {
    await Promise.all(this.#applications.map(({ client }) => client.close()));
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
    await this.#server?.close();
    await Promise.all(this.#stores.map((store) => store.close()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  readonly #note = (entry: HistoryEntry): void => {
    this.history.push(entry);
  };
  readonly #recorder = createRecorder(() => performance.now(), this.#note);

  get #store(): EventStore {
    // There is one as soon as the world is open.
    return this.#stores.at(-1) as EventStore;
  }

  async #startServer(): Promise<void> {
    const store = createSqliteStore({ file: join(this.#folder, "runs.db") });
    this.#stores.push(this.#recorder.record(store));
    this.#server = new SocketServer(this.#store, this.#random);
    this.#port = await this.#server.listen(this.#port);
  }

  #connect(proxy: FaultProxy, user: string): Application {
    const random = this.#random;
    const client = createRunwireClient({
      ...{ url: proxy.through(`ws://127.0.0.1:${this.#port}/runwire`), token: user, random },
      backoff: { firstMs: 5, maxMs: 40, attempts: 1_000_000 },
      ...{ lingerMs: 20, probeMs: 100 },
    });
    return new Application({ user, client, clock: systemClock, random, note: this.#note });
  }

  async #doTo(step: Extract<SocketStep, { readonly client: number }>): Promise<void> {
    // There are as many of both as there are indexes.
    const application = this.#applications[step.client] as Application;
    const proxy = this.#proxies[step.client] as FaultProxy;
    switch (step.type) {
      case "write":
        return application.write(step.what, step.count);
      case "publish":
        return application.publish();
      case "ask":
        return this.#ask(application, step.of, step.asking);
      case "follow":
        return application.follow();
      case "followLatest":
        return application.follow(step.runs);
      case "loadOlder":
        return application.loadOlder();
      case "read":
        return application.read(step.from);
      case "unfollow":
        return application.subscribers.at(-1)?.stop();
      case "stop":
        return application.subscribers.at(0)?.stop();
      case "cut":
        return proxy.cutAll(step.by);
      case "blackHole":
        for (const connection of proxy.connections) connection.blackHole(step.direction);
        return;
      case "heal":
        return proxy.heal();
    }
  }

  #ask(asker: Application, of: number, asking: Asking): void {
    const runIds = this.#applications.flatMap(({ runId }) => runId ?? []);
    const runId = runIds[of % runIds.length];
    if (runId !== undefined) asker.ask(asking, runId);
  }

  async #replaceServer(how: "kill" | "drain"): Promise<void> {
    if (how === "drain") await this.#server?.close();
    else await this.#server?.kill();
    await this.#startServer();
  }

  async #deleteChannel(): Promise<void> {
    // Before: whoever is told "no such run" while it happens may have had an answer that was lost. And after.
    this.#note({ type: "wiped" });
    await this.#store.deleteChannel(channel).catch(ignore);
    this.#note({ type: "wiped" });
  }

  #waiting(): readonly Subscriber[] {
    return this.#applications.flatMap(({ subscribers }) =>
      subscribers.filter((subscriber) => !subscriber.isOver()),
    );
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
