import { ignore } from "../application/application.ts";
import { areLevel, checkFolds, readAll } from "../application/level.ts";
import { toMarkedEvents } from "../application/recording-store.ts";
import type { Subscriber } from "../application/subscribers.ts";
import type { Anomaly, History } from "../checker/history.ts";
import { Backstage, type Plant, untoldGraceMs } from "./backstage.ts";
import { clientCount, type Step } from "./steps.ts";
import { Visitor } from "./visitor.ts";

/** The longest time that it may take until everybody has everything, when all faults are over, seconds. */
const longestCure = 30;

/** One process in which servers, clients and a store live, on a clock of their own. */
export class World {
  readonly #backstage: Backstage;
  readonly #visitors: readonly Visitor[];

  constructor(seed: number, plant: Plant = {}) {
    this.#backstage = new Backstage(seed, plant);
    const users = Array.from({ length: clientCount }, (_, index) => `u${index}`);
    this.#visitors = users.map((user) => new Visitor(user, this.#backstage));
  }

  get history(): History {
    return this.#backstage.history;
  }

  async do(step: Step): Promise<void> {
    await this.#take(step);
    await this.#backstage.clock.advance(0);
  }

  /** Faults end; nobody connects again for it. Answers after how many seconds everybody has everything. */
  async comeToRest(): Promise<number> {
    const { store, note, hasRevoked } = this.#backstage;
    this.#backstage.isCalm = true;
    for (const { network } of this.#visitors) network.heal();
    const seconds = await this.#untilLevel();
    if (hasRevoked && seconds < longestCure) await this.#writeLater();
    const { epoch, floor, events } = await readAll(store);
    note({ type: "log", epoch, floor, events: toMarkedEvents(events) });
    for (const { name } of this.#waiting()) note({ type: "rest", subscriber: name });
    return seconds;
  }

  /** Whether everybody shows what the log folds to: as they stand, and with all that is older. */
  async checkFolds(): Promise<readonly Anomaly[]> {
    const { store, clock } = this.#backstage;
    if (this.history.some(({ type }) => type === "trimmed")) return [];
    const before = checkFolds(this.#waiting(), await readAll(store));
    const latest = this.#waiting().filter(({ runs }) => runs !== undefined);
    let loaded = 0;
    for (const subscriber of latest) loadAllOlder(subscriber).then(() => ++loaded, ignore);
    await clock.advance(1_000);
    if (loaded < latest.length) return [{ name: "misfolded", detail: "older runs do not come" }];
    const everything = latest.map((subscriber) => ({ ...subscriber, runs: Infinity }));
    return [...before, ...checkFolds(everything, await readAll(store))];
  }

  /** Everybody goes; answers how many timers are left over. */
  async end(): Promise<number> {
    const { clock, process } = this.#backstage;
    const closing = this.#visitors.map(({ application }) => application.client.close());
    await clock.advance(5_000);
    await Promise.all(closing);
    void process.server.close();
    await clock.advance(5_000);
    return clock.pending().length;
  }

  #take(step: Step): Promise<void> | void {
    const backstage = this.#backstage;
    switch (step.type) {
      case "ask":
        return this.#ask(step);
      case "advance":
        return backstage.clock.advance(step.milliseconds);
      case "stall":
        return backstage.stall(step.milliseconds);
      case "jump":
        return backstage.clock.setTimeOfDay(backstage.clock.now() + step.milliseconds);
      case "trim":
        return backstage.trim(step.share);
      case "deleteChannel":
        return backstage.deleteChannel();
      case "kill":
      case "drain":
      case "wipe":
        return this.#replaceServer(step.type);
      default:
        return this.#visitors[step.client]?.do(step);
    }
  }

  #replaceServer(how: "kill" | "drain" | "wipe"): void {
    this.#backstage.replaceServer(how);
    if (how !== "drain") for (const { network } of this.#visitors) network.cut();
  }

  async #ask(step: Extract<Step, { readonly type: "ask" }>): Promise<void> {
    const { clock, random } = this.#backstage;
    const asker = this.#visitors[step.client]?.application;
    const writing = this.#visitors.filter(({ application }) => application.runId !== undefined);
    const writer = writing[step.of % writing.length];
    if (!writer?.application.runId) return;
    if (step.meanwhile === "flap") await writer.flap();
    asker?.ask(step.asking, writer.application.runId);
    if (step.meanwhile === "nothing") return;
    await clock.advance(random() * (step.meanwhile === "cut" ? 150 : 1_000));
    if (step.meanwhile === "cut") writer.network.cut();
    else asker?.ask(step.asking, writer.application.runId);
  }

  async #untilLevel(): Promise<number> {
    const { store, clock } = this.#backstage;
    let seconds = 0;
    do {
      await clock.advance(1_000);
      seconds += 1;
    } while (seconds < longestCure && !areLevel(this.#waiting(), await readAll(store)));
    return seconds;
  }

  /** Something that those whose right is gone for long must not see. */
  async #writeLater(): Promise<void> {
    await this.#backstage.clock.advance(untoldGraceMs);
    const { application } = this.#visitors.find((visitor) => this.#maySee(visitor)) ?? {};
    application?.publish();
    await this.#untilLevel();
  }

  #waiting(): readonly Subscriber[] {
    return this.#visitors
      .filter((visitor) => this.#maySee(visitor))
      .flatMap(({ application }) => application.subscribers.filter((each) => !each.isOver()));
  }

  #maySee({ application }: Visitor): boolean {
    return this.#backstage.maySee(application.user);
  }
}

async function loadAllOlder({ loadOlder }: Subscriber): Promise<void> {
  while (await loadOlder?.());
}
