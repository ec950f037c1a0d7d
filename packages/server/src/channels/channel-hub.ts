import type { ResetReason } from "@runwire/protocol";
import type { ChannelHead } from "@runwire/store";
import type { LogEntry } from "../log/entry.js";
import type { Appended } from "../log/event-log.js";
import { buildEventsFrame } from "../log/events-frame.js";
import { FlushSchedule } from "./flush-schedule.js";
import type { HubServices, HubSubscriber } from "./hub-parts.js";
import { isUrgent } from "./is-urgent.js";
import { PatientQuestion } from "./patient-question.js";
import { PendingEvents } from "./pending-events.js";

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
  /** Made with the first event: where thousands follow channels of their own, most of these rest. */
  #planned: FlushSchedule | undefined;
  readonly #subscribers = new Set<HubSubscriber>();
  readonly #pending: PendingEvents;
  readonly #question: PatientQuestion;
  #epoch: string | undefined;
  /** Grows with each log that is followed here: what was asked about an earlier one is void. */
  #life = 0;
  #floor = 1;
  #flushed = 0;
  #head = 0;
  /** The highest offset that anybody spoke of. */
  #heardOf = 0;
  #isCatchingUp = false;

  constructor(channel: string, services: HubServices) {
    this.channel = channel;
    this.#services = services;
    this.#pending = new PendingEvents(services.batch);
    this.#question = new PatientQuestion(services.clock, this);
  }

  /** The log that is followed, once the store was asked. */
  get epoch(): string | undefined {
    return this.#epoch;
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
    this.#planned?.cancel();
    this.#question.dispose();
  }

  /** Sends what waits, so that a reader who comes now finds nothing between the log and the next frame. */
  flushNow(): void {
    if (!this.#pending.isEmpty) this.#schedule.flushNow();
  }

  /** Something was appended in this process. */
  onAppended({ epoch, entries }: Appended): void {
    const first = entries[0];
    if (!first) return;
    const last = first.offset + entries.length - 1;
    if (this.#epoch !== undefined && epoch !== this.#epoch) {
      void this.reconcile();
      return;
    }
    this.#heardOf = Math.max(this.#heardOf, last);
    if (this.#epoch === undefined) return; // the first answer of the store catches up with what was heard of
    if (first.offset > this.#head + 1) void this.#catchUp();
    else this.#enqueue(entries, last);
  }

  /** The store could not say where the log stands, and is asked again. */
  onUnanswered(error: unknown): void {
    const what = `channel ${this.channel} could not be read; trying again`;
    this.#services.logger.warn(what, error);
  }

  /** Compares with the store; one question at a time, failures are asked again. Never rejects. */
  reconcile(): Promise<void> {
    return this.#question.ask();
  }

  /**
   * Asks the store where the log stands, and takes it in. Answers may come late and in any order: only what was
   * handed out before the question may be missing in the answer, and what was asked of an earlier log is void.
   *
   * @throws RunwireError `store_unavailable`
   */
  async askHead(): Promise<ChannelHead> {
    for (;;) {
      const life = this.#life;
      const flushed = this.#flushed;
      const head = await this.#services.log.store.head(this.channel);
      if (head.epoch !== this.#epoch && life !== this.#life) continue;
      this.#observe(head, life === this.#life ? flushed : 0);
      return head;
    }
  }

  /** `flushed` is what was handed out when the store was asked. */
  #observe(head: ChannelHead, flushed: number): void {
    if (this.#epoch === undefined) this.#begin(head);
    else if (head.epoch !== this.#epoch) this.#beginAnew("epoch", head);
    // The log was set back, and its offsets would name other events.
    else if (head.offset < flushed) this.#beginAnew("ahead", head);
    else this.#hearOf(head.offset);
    this.#observeFloor(head.floor);
  }

  #observeFloor(floor: number): void {
    if (floor <= this.#floor) return;
    this.#floor = floor;
    this.#services.onHistoryChanged(this.channel, floor);
  }

  #hearOf(offset: number): void {
    this.#heardOf = Math.max(this.#heardOf, offset);
    if (this.#heardOf > this.#head) void this.#catchUp();
  }

  #begin(head: ChannelHead): void {
    this.#life += 1;
    this.#epoch = head.epoch;
    this.#floor = 1;
    this.#head = head.offset;
    this.#flushed = head.offset;
    this.#pending.clear();
    this.#hearOf(head.offset);
  }

  #beginAnew(reason: ResetReason, head: ChannelHead): void {
    this.#planned?.cancel();
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
      this.#question.askLater(error);
    } finally {
      this.#isCatchingUp = false;
    }
  }

  /** One page more; `false` when the log has no more. */
  async #readOn(): Promise<boolean> {
    const { log, replay } = this.#services;
    const life = this.#life;
    const after = this.#head;
    const request = { channel: this.channel, after, limit: replay.pageEvents };
    const page = await log.store.read({ ...request, maxBytes: replay.pageBytes });
    if (life !== this.#life) return true;
    if (page.epoch !== this.#epoch) {
      this.#observe(page, after);
      return true;
    }
    // What was to be read next is gone: a loss is said, never silent.
    if (after < page.floor - 1) {
      this.#beginAnew("trimmed", page);
      return true;
    }
    this.#enqueue(log.toEntries(this.channel, page.events), page.through);
    if (page.through > after) return true;
    this.#heardOf = Math.min(this.#heardOf, Math.max(page.offset, this.#head));
    return false;
  }

  #enqueue(entries: readonly LogEntry[], through: number): void {
    if (through <= this.#head) return;
    const fresh = entries.filter((entry) => entry.offset > this.#head);
    this.#head = through;
    for (const entry of fresh) this.#pending.add(entry);
    this.#schedule.add(fresh.some(isUrgent) || this.#pending.isFull);
  }

  get #schedule(): FlushSchedule {
    const { clock, window } = this.#services;
    this.#planned ??= new FlushSchedule(
      clock,
      () => window.lengthMs,
      () => window.measure(() => this.#flush()),
    );
    return this.#planned;
  }

  #flush(): void {
    const batches = this.#pending.take();
    for (const [index, entries] of batches.entries()) {
      const isLast = index === batches.length - 1;
      this.#handOut(entries, isLast ? this.#head : (entries.at(-1)?.offset ?? this.#head));
    }
    // Offsets without events: what was there has been trimmed.
    if (this.#flushed < this.#head) this.#handOut([], this.#head);
  }

  #handOut(entries: readonly LogEntry[], offset: number): void {
    const range = { channel: this.channel, after: this.#flushed, offset };
    this.#flushed = offset;
    const frame = buildEventsFrame(range, entries, this.#services.maxEventBytes);
    for (const subscriber of [...this.#subscribers]) subscriber.offer(frame);
  }
}
