import { ignore } from "../application/application.ts";
import { areLevel, checkFolds, readAll } from "../application/level.ts";
import { toMarkedEvents } from "../application/recording-store.ts";
import type { Subscriber } from "../application/subscribers.ts";
import { checkUnaware } from "../checker/check-writers.ts";
import type { Anomaly, History } from "../checker/history.ts";
import { Backstage, type Plant, untoldGraceMs } from "./backstage.ts";
import type { Ending, Place } from "./places.ts";
import { clientCount, type Step } from "./steps.ts";
import { Visitor } from "./visitor.ts";

/** The longest time that it may take until everybody has everything, when all faults are over, seconds. */
const longestCure = 30;
/** The same until everybody has heard of what concerns them: a writer whose first renewal says nothing asks twice. */
const longestNews = 45;

/** What else a world begins with. */
export interface WorldOptions {
  readonly plant?: Plant | undefined;
  /** Servers look after what is to be kept. */
  readonly hasKeepers?: boolean;
}

/** One process in which servers, clients and a store live, on a clock of their own. */
export class World {
  readonly #backstage: Backstage;
  /** One for each user, and behind them the second processes of those who have one. */
  readonly #visitors: (Visitor | undefined)[];

  constructor(seed: number, { plant = {}, hasKeepers = false }: WorldOptions = {}) {
    this.#backstage = new Backstage(seed, plant, hasKeepers);
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
    this.#backstage.calmDown();
    for (const { network } of this.#everybody) network.heal();
    const seconds = await this.#untilLevel();
    if (hasRevoked && seconds < longestCure) await this.#writeLater();
    const { epoch, floor, events } = await readAll(store);
    note({ type: "log", epoch, floor, events: toMarkedEvents(events) });
    for (const { name } of this.#waiting()) note({ type: "rest", subscriber: name });
    return seconds;
  }

  /** Whether everybody shows what the log folds to: as they stand, and with all that is older. */
  async checkFolds(): Promise<readonly Anomaly[]> {
    const { store } = this.#backstage;
    if (this.history.some(({ type }) => type === "trimmed")) return [];
    const before = checkFolds(this.#waiting(), await readAll(store));
    const latest = this.#waiting().filter(({ runs }) => runs !== undefined);
    let loaded = 0;
    for (const subscriber of latest) loadAllOlder(subscriber).then(() => ++loaded, ignore);
    await this.#untilLevel();
    if (loaded < latest.length) return [{ name: "misfolded", detail: "older runs do not come" }];
    const everything = latest.map((subscriber) => ({ ...subscriber, runs: Infinity }));
    return [...before, ...checkFolds(everything, await readAll(store))];
  }

  /** Everybody goes; answers how many timers are left over. */
  async end(): Promise<number> {
    const { clock, places } = this.#backstage;
    const closing = this.#everybody.map(({ application }) => application.client.close());
    await clock.advance(5_000);
    await Promise.all(closing);
    for (const { server } of places.open) void server.close();
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
        return backstage.jump(step.milliseconds);
      case "trim":
        return backstage.trim(step.share);
      case "retain":
        return backstage.retain(step.policy);
      case "deleteChannel":
        return backstage.deleteChannel();
      case "wipe":
        return this.#wipe();
      case "kill":
      case "drain":
      case "leave":
        return this.#endServer(step.type, step.place ?? 0);
      case "take":
        return this.#takeOver(step.client);
      default:
        return this.#visitor(step.client)?.do(step);
    }
  }

  get #everybody(): readonly Visitor[] {
    return this.#visitors.filter((visitor) => visitor !== undefined);
  }

  /** Who has no second process takes both parts. */
  #visitor(index: number): Visitor | undefined {
    return this.#visitors[index] ?? this.#visitors[index % clientCount];
  }

  #wipe(): void {
    this.#backstage.wipe();
    for (const { network } of this.#everybody) network.cut();
  }

  #endServer(how: Ending, place: Place): void {
    const { places } = this.#backstage;
    const ended = places.at(place);
    places.end(place, how);
    if (how === "drain") return;
    for (const { network } of this.#everybody) if (network.leadsTo(ended)) network.cut();
  }

  /** Of two processes of one user, one takes up the run that the other writes. */
  #takeOver(index: number): void {
    const first = index % clientCount;
    const second = first + clientCount;
    const taker = index < clientCount && this.#visitors[second] ? first : second;
    const from = this.#visitors[taker === first ? second : first];
    const runId = from?.application.runId;
    if (!from || runId === undefined) return;
    this.#visitors[taker] ??= from.createTwin();
    this.#visitors[taker].application.take(runId);
  }

  async #ask(step: Extract<Step, { readonly type: "ask" }>): Promise<void> {
    const { clock, random } = this.#backstage;
    const asker = this.#visitor(step.client)?.application;
    const writing = this.#everybody.filter(({ application }) => application.runId !== undefined);
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
    const { clock } = this.#backstage;
    let seconds = 0;
    do {
      await clock.advance(1_000);
      seconds += 1;
    } while (
      (seconds < longestNews && this.#isBusy()) ||
      (seconds < longestCure && !(await this.#areLevel()))
    );
    return seconds;
  }

  /** Whether somebody has yet to hear of something. */
  #isBusy(): boolean {
    return (
      this.#everybody.some(({ application }) => application.isAsking) ||
      checkUnaware(this.history).length > 0
    );
  }

  /** Something that those whose right is gone for long must not see. */
  async #writeLater(): Promise<void> {
    await this.#backstage.clock.advance(untoldGraceMs);
    const { application } = this.#everybody.find((visitor) => this.#maySee(visitor)) ?? {};
    application?.publish();
    await this.#untilLevel();
  }

  async #areLevel(): Promise<boolean> {
    return areLevel(this.#waiting(), await readAll(this.#backstage.store));
  }

  #waiting(): readonly Subscriber[] {
    return this.#everybody
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
