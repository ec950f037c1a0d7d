import {
  type ChannelState,
  emptyChannelState,
  type LoggedEvent,
  type RunwireEvent,
  reduceChannel,
} from "@runwire/protocol";
import type { EventStore } from "@runwire/store";
import { FakeClock } from "@runwire/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BatchWindow } from "../../src/channels/batch-window.ts";
import { ChannelHubs } from "../../src/channels/channel-hubs.ts";
import { Admission } from "../../src/connection/admission.ts";
import { ReplayBudget } from "../../src/connection/replay-budget.ts";
import { EventLog } from "../../src/log/event-log.ts";
import { PageReader } from "../../src/log/page-reader.ts";
import { silentLogger } from "../../src/logger.ts";
import { defaultServerOptions } from "../../src/options.ts";
import {
  completed,
  custom,
  started,
  thinking,
  toolCompleted,
  toolExecuting,
} from "../conformance/support/sample-events.ts";
import { createRandom, DisturbedStore } from "../support/disturbed-store.ts";
import { MemoryClient } from "../support/memory-client.ts";

/*
 * The heart: whatever comes between, in whatever order, what every subscriber was given touches and folds exactly
 * to what the log folds to, and nobody has to connect again for it.
 */

const channel = "c";
const actor = { type: "server" } as const;
const clientCount = 4;

type Step =
  | { readonly type: "append"; readonly isElsewhere: boolean; readonly size: number }
  | {
      readonly type: "subscribe";
      readonly client: number;
      readonly from: "start" | "now" | number;
      readonly runs: number | undefined;
    }
  | { readonly type: "unsubscribe" | "slow" | "drain" | "leave"; readonly client: number }
  | { readonly type: "release"; readonly nth: number }
  | { readonly type: "advance"; readonly milliseconds: number }
  | { readonly type: "trim"; readonly share: number }
  | { readonly type: "delete" };

const client = fc.nat({ max: clientCount - 1 });
const share = fc.double({ min: 0, max: 1.1, noNaN: true });
const commonSteps: fc.WeightedArbitrary<Step>[] = [
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant("append"),
      isElsewhere: fc.boolean(),
      size: fc.integer({ min: 1, max: 9 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("subscribe"),
      client,
      from: fc.oneof(fc.constant("start"), fc.constant("now"), share),
      runs: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constantFrom("unsubscribe", "slow", "slow", "drain", "drain", "leave"),
      client,
    }),
  },
  { weight: 9, arbitrary: fc.record({ type: fc.constant("release"), nth: fc.nat({ max: 20 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant("advance"),
      milliseconds: fc.constantFrom(1, 30, 60, 200, 600, 1_100, 5_100),
    }),
  },
];
const trimming: fc.WeightedArbitrary<Step> = {
  weight: 1,
  arbitrary: fc.record({ type: fc.constant("trim"), share }),
};
const deleting: fc.WeightedArbitrary<Step> = {
  weight: 1,
  arbitrary: fc.record({ type: fc.constant("delete") }),
};

class World {
  readonly disturbed: DisturbedStore;
  readonly clock = new FakeClock();
  readonly hubs: ChannelHubs;
  readonly log: EventLog;
  readonly clients: MemoryClient[];
  trims = 0;
  deletions = 0;
  readonly #random: () => number;
  readonly #createClient: () => MemoryClient;
  #names = 0;

  constructor(seed: number) {
    this.#random = createRandom(seed);
    this.disturbed = new DisturbedStore(this.#random);
    const { store } = this.disturbed;
    const { clock } = this;
    const { limits } = defaultServerOptions;
    const batch = { ...defaultServerOptions.batch, maxEvents: 7 };
    const replay = { pageEvents: 5, pageBytes: 2_000, cacheBytes: 5_000 };
    this.log = new EventLog(store, silentLogger);
    const pages = new PageReader(this.log, replay, limits.maxEventBytes);
    this.hubs = new ChannelHubs(this.log, {
      ...{ store, clock, batch, replay, logger: silentLogger },
      window: new BatchWindow(clock, batch),
      maxEventBytes: limits.maxEventBytes,
      onHistoryChanged: (name) => pages.forget(name),
    });
    const replayBudget = new ReplayBudget(clock, limits.replayBytesPerMinute);
    // Two of the four are served at once, the others wait for them.
    const admission = new Admission(clock, {
      ...defaultServerOptions.admission,
      resumesInFlight: 2,
    });
    const services = {
      ...{ log: this.log, hubs: this.hubs, pages, clock, limits, replay, replayBudget, admission },
    };
    const slowReader = { maxBufferedBytes: 900, resumeBelowBytes: 300, timeoutMs: 60_000 };
    this.#createClient = () => new MemoryClient(services, slowReader);
    this.clients = Array.from({ length: clientCount }, this.#createClient);
  }

  async do(step: Step): Promise<void> {
    switch (step.type) {
      case "append":
        await this.#append(step.isElsewhere ? this.disturbed.base : this.log, step.size);
        break;
      case "subscribe":
        await this.#subscribe(step);
        break;
      case "release":
        this.disturbed.release(step.nth);
        break;
      case "advance":
        await this.clock.advance(step.milliseconds);
        break;
      case "trim":
        await this.#trim(step.share);
        break;
      case "delete":
        this.deletions += 1;
        await this.disturbed.base.deleteChannel(channel);
        break;
      default:
        this.#doTo(this.#client(step.client), step);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }

  /**
   * Faults end; nobody connects again. Eight rounds, and then for as long as anybody still gets on: pages take their
   * turn in the event loop, of which a clock that stands still knows nothing. Who is stuck is not waited for.
   */
  async comeToRest(): Promise<void> {
    this.disturbed.isCalm = true;
    let before = "";
    for (let round = 0; round < 8 || before !== this.#positions(); round += 1) {
      before = this.#positions();
      await this.#calmDown();
    }
  }

  async #calmDown(): Promise<void> {
    this.disturbed.releaseAll();
    for (const { socket } of this.clients) {
      socket.isSlow = false;
      socket.drain();
    }
    await this.clock.advance(2_000);
  }

  #positions(): string {
    return this.clients.map((one) => `${one.epoch} ${one.position}`).join(", ");
  }

  async check(): Promise<void> {
    const { epoch, offset } = await this.disturbed.base.head(channel);
    const whole = reduceChannel(emptyChannelState, await readAll(this.disturbed.base));
    for (const one of this.clients) {
      expect(one.isAnswered, "every request is answered").toBe(true);
      if (!one.isSubscribed) continue;
      expect({ epoch: one.epoch, offset: one.position }).toEqual({ epoch, offset });
      if (one.runs === undefined && this.trims === 0) expect(one.state).toEqual(whole);
      else checkPart(one, whole, fold(this.disturbed.history.get(epoch) ?? []));
      this.#checkResets(one.resets);
    }
  }

  /** Everybody leaves: nothing stays behind. */
  async end(): Promise<void> {
    for (const one of this.clients) one.close();
    this.disturbed.releaseAll();
    await this.clock.advance(10_000);
    expect(this.hubs.size).toBe(0);
    this.hubs.close();
  }

  /** A reset is the truth: nobody is sent to the start because an answer came late. */
  #checkResets(resets: readonly string[]): void {
    const count = (reason: string) => resets.filter((one) => one === reason).length;
    expect(count("epoch")).toBeLessThanOrEqual(this.deletions);
    expect(count("trimmed")).toBeLessThanOrEqual(this.trims);
    expect(resets).toHaveLength(count("epoch") + count("trimmed"));
  }

  #client(index: number): MemoryClient {
    // There are as many as there are indexes.
    return this.clients[index] as MemoryClient;
  }

  #doTo(one: MemoryClient, { type, client: index }: Step & { readonly client: number }): void {
    if (type === "unsubscribe") one.unsubscribe(channel);
    if (type === "slow") one.socket.isSlow = true;
    if (type === "drain") {
      one.socket.isSlow = false;
      one.socket.drain();
    }
    if (type !== "leave") return;
    one.close();
    this.clients[index] = this.#createClient();
  }

  async #subscribe({ client: index, from, runs }: Extract<Step, { type: "subscribe" }>) {
    const { epoch, offset } = await this.disturbed.base.head(channel);
    // A client resumes from what it has, which the log has too; or, rarely, from where the log never was.
    const start = typeof from === "number" ? { epoch, offset: Math.floor(offset * from) } : from;
    const chosen = start === "start" ? runs : undefined;
    this.#client(index).subscribe(channel, start, chosen, (then, upTo) => {
      const events = this.disturbed.history.get(then) ?? [];
      return fold(events.filter((event) => event.offset <= upTo));
    });
  }

  async #append(target: Pick<EventStore, "append">, size: number): Promise<void> {
    const events = await this.#nextEvents(size);
    const id = `p${this.#names}`;
    const encoded = events.map((event) => ({ event, json: JSON.stringify(event) }));
    const request = { channel, writer: "w", id, actor, events: encoded };
    // What is refused, or fails, is an event that never was; the log alone decides.
    const done = target.append(request).catch(() => undefined);
    if (target === this.disturbed.base) await done;
  }

  async #nextEvents(size: number): Promise<RunwireEvent[]> {
    this.#names += 1;
    const name = `${this.#names}`;
    const roll = this.#random();
    const [open] = await this.disturbed.base.openRoots(channel);
    const deltas = (runId: string) =>
      Array.from({ length: size }, (_, index) => thinking(runId, `${name}.${index} `));
    const own = { data: name, ...(roll < 0.1 && { key: "k" }), priority: high(this.#random()) };
    if (roll < 0.25) return valid([custom("note", own)]);
    if (open && roll < 0.75) return valid(deltas(open.runId));
    if (open && roll < 0.85) return valid([completed(open.runId)]);
    const run = [
      started(name),
      ...deltas(name),
      toolExecuting(name, "t"),
      toolCompleted(name, "t"),
    ];
    return valid(roll < 0.95 ? run : [...run, completed(name)]);
  }

  async #trim(at: number): Promise<void> {
    const { runs = [] } = await this.disturbed.base.listRuns({ channel, limit: 100 });
    const run = runs[Math.min(runs.length - 1, Math.floor(at * runs.length))];
    if (!run) return;
    this.trims += 1;
    await this.disturbed.base.trim(channel, run.first);
  }
}

function high(roll: number): "high" | "normal" {
  return roll < 0.5 ? "high" : "normal";
}

/** The samples are written loosely; they are events of the protocol all the same. */
function valid(events: readonly unknown[]): RunwireEvent[] {
  return events as RunwireEvent[];
}

function fold(events: readonly LoggedEvent[]): ChannelState {
  return reduceChannel(emptyChannelState, events);
}

async function readAll(store: EventStore): Promise<LoggedEvent[]> {
  const { events } = await store.read({ channel, after: 0, limit: 100_000 });
  return events.map(({ json, offset }) => ({ ...JSON.parse(json), offset }));
}

/** A client that was not given everything has of each run all there ever was, and the latest ones. */
function checkPart(one: MemoryClient, kept: ChannelState, ever: ChannelState): void {
  for (const runId of one.state.order) expect(one.state.runs[runId]).toEqual(ever.runs[runId]);
  const latest = one.runs === undefined ? kept.order : kept.order.slice(-one.runs);
  expect(one.state.order).toEqual(expect.arrayContaining([...latest]));
}

async function play(seed: number, steps: readonly Step[]): Promise<void> {
  const world = new World(seed);
  for (const step of steps) await world.do(step);
  await world.comeToRest();
  await world.check();
  await world.end();
}

const runs = { numRuns: Number(process.env.RUNWIRE_RUNS ?? 250) };
const given = process.env.RUNWIRE_SEED ? { ...runs, seed: Number(process.env.RUNWIRE_SEED) } : runs;

function holds(steps: fc.WeightedArbitrary<Step>[]) {
  const all = fc.array(fc.oneof(...steps), { minLength: 10, maxLength: 70, size: "max" });
  // A failure prints seed and path; RUNWIRE_SEED repeats it, RUNWIRE_RUNS looks further.
  return fc.assert(fc.asyncProperty(fc.integer(), all, play), given);
}

test("whatever comes late, twice or not at all, what was delivered touches and folds to the log", () =>
  holds(commonSteps));

test("a channel that is deleted under its readers begins anew for all of them", () =>
  holds([...commonSteps, deleting]));

test("a history that is trimmed under its readers is theirs whole, or begins anew", () =>
  holds([...commonSteps, trimming]));
