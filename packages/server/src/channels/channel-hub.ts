import { isRunwireError } from "@runwire/protocol";
import type { ChannelHead, EventStore } from "@runwire/store";
import type { Clock } from "../clock.js";
import { type LogEntry, toEntry } from "../log/entry.js";
import type { Appended } from "../log/event-log.js";
import { buildEventsFrame, type EventsFrame } from "../log/events-frame.js";
import type { Logger } from "../logger.js";
import type { BatchOptions, ReplayOptions } from "../options.js";
import { FlushSchedule } from "./flush-schedule.js";

/** Who follows a channel. Nothing here throws. */
export interface HubSubscriber {
  /** The next frame, for whoever stands at its `after`. */
  offer(frame: EventsFrame): void;
  /** The log is not the one it was: begin anew. */
  reset(reason: "epoch" | "ahead", head: ChannelHead): void;
}

/** What every hub of a server shares. */
export interface HubServices {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly batch: BatchOptions;
  readonly replay: ReplayOptions;
  readonly maxEventBytes: number;
  /** Told that a channel's history was trimmed or replaced. */
  readonly onHistoryChanged: (channel: string) => void;
}

/** How long after a failure the store is asked again, milliseconds. */
const retryMs = 1_000;

/**
 * The live end of one channel, while somebody follows it: gathers what was appended into frames that are built
 * once, and offers each to everybody.
 *
 *   ──── log ────────────────────────────┬────── pending ──────┐
 *                                    flushed                  head
 *   readers come up to here ──────────────▲
 *
 * What another process appended is read from the store: a word that the channel has grown is a hint, never data.
 */
export class ChannelHub {
  readonly channel: string;
  readonly #services: HubServices;
  readonly #schedule: FlushSchedule;
  readonly #subscribers = new Set<HubSubscriber>();
  #epoch: string | undefined;
  #floor = 1;
  #flushed = 0;
  #head = 0;
  #pending: LogEntry[] = [];
  #pendingBytes = 0;
  /** The highest offset that anybody spoke of. */
  #heardOf = 0;
  #isCatchingUp = false;
  #reconciling: Promise<void> | undefined;

  constructor(channel: string, services: HubServices) {
    this.channel = channel;
    this.#services = services;
    this.#schedule = new FlushSchedule(services.clock, services.batch.windowMs, () =>
      this.#flush(),
    );
  }

  /** The latest offset known here; what waits for the next frame included. */
  get head(): number {
    return this.#head;
  }

  /** The offset up to which everybody who is level has everything. */
  get flushed(): number {
    return this.#flushed;
  }

  get size(): number {
    return this.#subscribers.size;
  }

  add(subscriber: HubSubscriber): void {
    this.#subscribers.add(subscriber);
  }

  remove(subscriber: HubSubscriber): void {
    this.#subscribers.delete(subscriber);
  }

  /** Drops what is planned; the hub is not used any more. */
  dispose(): void {
    this.#schedule.cancel();
  }

  /** Sends what waits, so that a reader who comes now finds nothing between the log and the next frame. */
  flushNow(): void {
    if (this.#pending.length > 0) this.#schedule.flushNow();
  }

  /** Something was appended in this process. */
  onAppended({ epoch, entries }: Appended): void {
    const first = entries[0];
    if (!first) return;
    this.#heardOf = Math.max(this.#heardOf, first.offset + entries.length - 1);
    if (this.#epoch === undefined) return; // observe() catches up with what was heard of
    if (epoch !== this.#epoch) void this.reconcile();
    else if (first.offset > this.#head + 1) void this.#catchUp();
    else this.#enqueue(entries, first.offset + entries.length - 1);
  }

  /** Asks the store where the log stands; one question at a time, failures are asked again. */
  reconcile(): Promise<void> {
    this.#reconciling ??= this.#askHead().finally(() => {
      this.#reconciling = undefined;
    });
    return this.#reconciling;
  }

  /** Takes in where the store says that the log stands; `asked` is {@link flushed} when it was asked. */
  observe(head: ChannelHead, asked: number): void {
    if (head.floor !== this.#floor) this.#services.onHistoryChanged(this.channel);
    this.#floor = head.floor;
    if (this.#epoch === undefined) this.#begin(head);
    else if (head.epoch !== this.#epoch) this.#beginAnew("epoch", head);
    // A head below what had been handed out: the log was set back, and its offsets would name other events.
    // What was handed out while the answer was on its way says nothing about that.
    else if (head.offset < asked) this.#beginAnew("ahead", head);
    else this.#hearOf(head.offset);
  }

  #hearOf(offset: number): void {
    this.#heardOf = Math.max(this.#heardOf, offset);
    if (this.#heardOf > this.#head) void this.#catchUp();
  }

  async #askHead(): Promise<void> {
    const asked = this.#flushed;
    try {
      this.observe(await this.#services.store.head(this.channel), asked);
    } catch (error) {
      this.#retryLater(error, () => void this.reconcile());
    }
  }

  #begin(head: ChannelHead): void {
    this.#epoch = head.epoch;
    this.#head = head.offset;
    this.#flushed = head.offset;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#hearOf(head.offset);
  }

  #beginAnew(reason: "epoch" | "ahead", head: ChannelHead): void {
    this.#schedule.cancel();
    this.#heardOf = head.offset;
    this.#services.onHistoryChanged(this.channel);
    this.#begin(head);
    for (const subscriber of [...this.#subscribers]) subscriber.reset(reason, head);
  }

  /** Reads from the store what lies between what is known here and what was heard of. */
  async #catchUp(): Promise<void> {
    if (this.#isCatchingUp) return;
    this.#isCatchingUp = true;
    try {
      while (this.#head < this.#heardOf && this.size > 0) if (!(await this.#readOn())) break;
    } catch (error) {
      this.#retryLater(error, () => void this.#catchUp());
    } finally {
      this.#isCatchingUp = false;
    }
  }

  /** One page more; `false` when the log is not the one it was, or has no more. */
  async #readOn(): Promise<boolean> {
    const { store, replay } = this.#services;
    const after = this.#head;
    const request = { channel: this.channel, after, limit: replay.pageEvents };
    const page = await store.read({ ...request, maxBytes: replay.pageBytes });
    if (page.epoch !== this.#epoch) {
      this.observe(page, after);
      return false;
    }
    this.#enqueue(page.events.map(toEntry), page.through);
    if (page.through > after) return true;
    this.#heardOf = Math.min(this.#heardOf, Math.max(page.offset, this.#head));
    return false;
  }

  #retryLater(error: unknown, again: () => void): void {
    if (isRunwireError(error) && error.code === "closed") return;
    this.#services.logger.warn(`channel ${this.channel} could not be read; trying again`, error);
    this.#services.clock.after(retryMs, () => this.size > 0 && again());
  }

  #enqueue(entries: readonly LogEntry[], through: number): void {
    const fresh = entries.filter((entry) => entry.offset > this.#head);
    this.#head = Math.max(this.#head, through);
    for (const entry of fresh) {
      this.#pending.push(entry);
      this.#pendingBytes += entry.json.length;
    }
    this.#schedule.add(fresh.some(isUrgent) || this.#isFull());
  }

  #isFull(): boolean {
    const { maxEvents, maxBytes } = this.#services.batch;
    return this.#pending.length >= maxEvents || this.#pendingBytes >= maxBytes;
  }

  #flush(): void {
    const pending = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    for (const entries of this.#toBatches(pending)) {
      const isLast = entries.at(-1) === pending.at(-1);
      this.#handOut(entries, isLast ? this.#head : (entries.at(-1)?.offset ?? this.#head));
    }
    if (this.#flushed < this.#head) this.#handOut([], this.#head);
  }

  *#toBatches(entries: readonly LogEntry[]): Generator<readonly LogEntry[]> {
    const { maxEvents, maxBytes } = this.#services.batch;
    let batch: LogEntry[] = [];
    let bytes = 0;
    for (const entry of entries) {
      if (batch.length > 0 && (batch.length >= maxEvents || bytes + entry.json.length > maxBytes)) {
        yield batch;
        batch = [];
        bytes = 0;
      }
      batch.push(entry);
      bytes += entry.json.length;
    }
    if (batch.length > 0) yield batch;
  }

  #handOut(entries: readonly LogEntry[], offset: number): void {
    const range = { channel: this.channel, after: this.#flushed, offset };
    this.#flushed = offset;
    const frame = buildEventsFrame(range, entries, this.#services.maxEventBytes);
    for (const subscriber of [...this.#subscribers]) subscriber.offer(frame);
  }
}

/** Whether an event must not wait for the window. */
function isUrgent({ event }: LogEntry): boolean {
  switch (event.type) {
    case "agent_thinking":
      return false;
    case "custom":
      return (event as { readonly priority?: unknown }).priority === "high";
    default:
      return true;
  }
}
