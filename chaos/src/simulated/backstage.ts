import type { RetentionPolicy } from "@runwire/server";
import { createMemoryStore, type EventStore } from "@runwire/store";
import { FakeClock } from "@runwire/testing";
import { createRandom, toBytes } from "../application/random.ts";
import { channel, createRecorder } from "../application/recording-store.ts";
import type { HistoryEntry, StartOfReading } from "../checker/history.ts";
import type { Tampering } from "./network.ts";
import { Places } from "./places.ts";
import { revalidateMs, ServerProcess } from "./server-process.ts";

/** A mistake that is made on purpose, from outside: what the search must find. */
export interface Plant extends Tampering {
  /** What the store answers. */
  readonly store?: (store: EventStore) => EventStore;
  /** Every new store gives the same names. */
  readonly oneEpoch?: true;
  /** Nobody loses a right. */
  readonly neverRevoked?: true;
}

/** The longest time that the application thinks about what somebody may do, milliseconds. */
const slowestAnswerMs = 600;
/** How long somebody may still be handed what is written when the server was told that they lost their right. */
const toldGraceMs = 1_000;
/** When it was not told, it asks by itself; what it is told, or reads, may be as old as the slowest answers. */
export const untoldGraceMs = revalidateMs + slowestAnswerMs + 1_000;

/** How far the time of day may be from what it was set to at first, milliseconds. */
const longestJumpMs = 3_600_000;
/** How soon those who look after what is to be kept have done it, milliseconds. */
const keeperTickMs = 5_200;

/** What nobody sees who uses a client: time, chance, the store, the servers over it, and who may what. */
export class Backstage {
  readonly history: HistoryEntry[] = [];
  readonly clock = new FakeClock();
  readonly random: () => number;
  readonly plant: Plant;
  readonly places: Places;
  store: EventStore;
  #isCalm = false;
  /** The application is slow to say who may what. */
  isThinking = false;
  readonly #revoked = new Set<string>();
  /** Whether servers look after what is to be kept. */
  readonly #hasKeepers: boolean;
  #policy: RetentionPolicy | undefined;
  #stalledMs = 0;
  #jumpedMs = 0;

  constructor(seed: number, plant: Plant, hasKeepers: boolean) {
    this.random = createRandom(seed);
    this.plant = plant;
    this.#hasKeepers = hasKeepers;
    this.store = this.#createStore();
    this.places = new Places((number) => this.#startServer(number));
  }

  readonly note = (entry: HistoryEntry): void => {
    this.history.push(entry);
  };

  get hasRevoked(): boolean {
    return this.#revoked.size > 0;
  }

  /** No more faults from now on, and nothing more that goes. */
  calmDown(): void {
    this.#isCalm = true;
    this.#policy = undefined;
  }

  get isCalm(): boolean {
    return this.#isCalm;
  }

  maySee(user: string): boolean {
    return !this.#revoked.has(user);
  }

  async toStart(from: "start" | "now" | number): Promise<StartOfReading> {
    if (typeof from === "string") return from;
    const { epoch, offset } = await this.store.head(channel);
    return { epoch, offset: Math.floor(offset * from) };
  }

  revoke(user: string, isTold: boolean): void {
    if (this.#revoked.has(user)) return;
    this.#revoked.add(user);
    const graceMs = isTold ? toldGraceMs : untoldGraceMs;
    this.note({ type: "revoked", at: this.#livedMs(), user, graceMs });
    if (!isTold) return;
    for (const { server } of this.places.living) void server.revoke({ user });
  }

  /** Sets the time of day; all in all by an hour at most, for which stores keep what they promise to keep. */
  jump(milliseconds: number): void {
    if (Math.abs(this.#jumpedMs + milliseconds) > longestJumpMs) return;
    this.#jumpedMs += milliseconds;
    this.clock.setTimeOfDay(this.clock.now() + milliseconds);
  }

  async stall(milliseconds: number): Promise<void> {
    this.#stalledMs += milliseconds;
    await this.clock.stall(milliseconds);
  }

  wipe(): void {
    this.store = this.#createStore();
    this.note({ type: "wiped" });
    this.places.startOver();
  }

  async deleteChannel(): Promise<void> {
    this.note({ type: "wiped" });
    await this.store.deleteChannel(channel);
  }

  async trim(share: number): Promise<void> {
    const { runs = [] } = await this.store.listRuns({ channel, limit: 100 });
    const run = runs[Math.min(runs.length - 1, Math.floor(share * runs.length))];
    if (!run) return;
    await this.store.trim(channel, run.first);
  }

  /** From now on so much is to be kept; goes on when it has been looked at. */
  async retain(policy: RetentionPolicy): Promise<void> {
    this.#policy = policy;
    await this.clock.advance(keeperTickMs);
  }

  #createStore(): EventStore {
    const { oneEpoch } = this.plant;
    const random = oneEpoch ? (length: number) => new Uint8Array(length) : toBytes(this.random);
    const store = createMemoryStore({ clock: () => this.clock.now(), random });
    return createRecorder(() => this.#livedMs(), this.note).record(store);
  }

  #startServer(number: number): ServerProcess {
    const { store = (same: EventStore) => same, neverRevoked } = this.plant;
    return new ServerProcess(store(this.store), {
      ...{ clock: this.clock, random: this.random, number },
      isCalm: () => this.isCalm,
      thinkingMs: () => this.#thinkingMs(),
      mayDo: (user) => neverRevoked === true || this.maySee(user),
      ...(this.#hasKeepers && { policy: () => this.#policy }),
    });
  }

  #thinkingMs(): number {
    if (this.isThinking) return slowestAnswerMs;
    return this.isCalm || this.random() < 0.8 ? 0 : this.random() * slowestAnswerMs;
  }

  /** While everything stands still nobody can be asked whether somebody may still see something. */
  #livedMs(): number {
    return this.clock.monotonic() - this.#stalledMs;
  }
}
