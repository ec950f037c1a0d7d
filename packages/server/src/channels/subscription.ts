import type { ErrorCode, ResetReason, Subscribed } from "@runwire/protocol";
import type { ChannelHead, EventStore } from "@runwire/store";
import type { Clock } from "../clock.js";
import { toEntry } from "../log/entry.js";
import { buildEventsFrame, type EventsFrame } from "../log/events-frame.js";
import type { PageReader } from "../log/page-reader.js";
import type { ChannelHub, HubSubscriber } from "./channel-hub.js";
import type { RunChoice } from "./choose-runs.js";

/** Where a subscription delivers to. */
export interface SubscriptionSink {
  /** Whether a frame of this size may be pushed now. */
  canTake(bytes: number): boolean;
  /** Whether a page of history may be read for it now. */
  hasRoom(): boolean;
  /** Resolves when there is room, or the sink is gone. */
  whenRoom(): Promise<void>;
  sendFrame(frame: EventsFrame): void;
  sendSubscribed(message: Subscribed): void;
  /** Whether the user may still read the channel. */
  mayRead(): Promise<boolean>;
  /** The subscription ended from within. */
  onEnded(code: ErrorCode): void;
}

/** What every subscription of a server shares. */
export interface SubscriptionServices {
  readonly store: EventStore;
  readonly pages: PageReader;
  readonly clock: Clock;
  readonly maxEventBytes: number;
  readonly pageEvents: number;
  readonly pageBytes: number;
  /** Chooses the runs of a delivery from the start. */
  readonly choose: (head: ChannelHead) => Promise<RunChoice | undefined>;
}

/** How long after a failure, or a page that brought nothing, the log is read again, milliseconds. */
const retryMs = 500;

/**
 * One connection's way through one channel. It has no queue, only a cursor: the log is the queue.
 *
 *              ┌────────────── a frame does not fit: the socket is slow ─────────────┐
 *              ▼                                                                     │
 *   reading: page by page, when the socket has room ──▶ cursor = hub.flushed ──▶ level: the hub's frames
 *              ▲                                                                     │
 *              └───── reset: the log is another (epoch), was set back, or trimmed ───┘
 *
 * It is attached to the hub before the first read, and joins in the same turn in which it is level: there is no
 * moment at which an event could pass between the two.
 */
export class Subscription implements HubSubscriber {
  readonly #hub: ChannelHub;
  readonly #sink: SubscriptionSink;
  readonly #services: SubscriptionServices;
  #state: "starting" | "reading" | "level" | "ended" = "starting";
  #epoch = "";
  #cursor = 0;
  /** The floor when the delivery began; only one that rises above the cursor later takes something away. */
  #floor = 1;
  #choice: RunChoice | undefined;
  /** Grows with each new beginning; what was awaited for an older one is void. */
  #life = 0;

  constructor(hub: ChannelHub, sink: SubscriptionSink, services: SubscriptionServices) {
    this.#hub = hub;
    this.#sink = sink;
    this.#services = services;
    hub.add(this);
  }

  get head(): number {
    return this.#hub.head;
  }

  /** Begins to deliver after `cursor`; `choice` only from the start. */
  begin(head: ChannelHead, cursor: number, choice: RunChoice | undefined): void {
    if (this.#state === "ended") return;
    this.#life += 1;
    this.#epoch = head.epoch;
    this.#floor = head.floor;
    this.#cursor = cursor;
    this.#choice = choice;
    this.#readOn();
  }

  /** Twice is once. */
  end(): void {
    this.#state = "ended";
    this.#life += 1;
    this.#hub.remove(this);
  }

  offer(frame: EventsFrame): void {
    if (this.#state !== "level" || frame.offset <= this.#cursor) return;
    const fits = frame.after === this.#cursor && this.#sink.canTake(frame.bytes.length);
    if (fits) this.#deliver(frame);
    else this.#readOn();
  }

  reset(reason: ResetReason, head: ChannelHead): void {
    if (this.#state === "starting" || this.#state === "ended") return;
    this.#state = "reading";
    this.#life += 1;
    void this.#beginAnew(reason, head, this.#life);
  }

  #readOn(): void {
    this.#state = "reading";
    void this.#read(this.#life);
  }

  async #beginAnew(reason: ResetReason, head: ChannelHead, life: number): Promise<void> {
    const choice = await this.#patiently(life, () => this.#services.choose(head));
    if (life !== this.#life) return;
    const olderRuns = head.floor > 1 || choice?.leavesOut === true;
    this.#sink.sendSubscribed({
      type: "subscribed",
      channel: this.#hub.channel,
      epoch: head.epoch,
      offset: head.offset,
      from: 0,
      reset: reason,
      ...(olderRuns && { olderRuns }),
    });
    this.begin(head, 0, choice);
  }

  async #read(life: number): Promise<void> {
    for (let pages = 0; life === this.#life; pages++) {
      if (!this.#sink.hasRoom()) await this.#sink.whenRoom();
      if (pages > 0 && !(await this.#sink.mayRead())) return this.#refuse(life);
      if (life !== this.#life) return;
      if (this.#cursor >= this.#hub.flushed) {
        this.#state = "level";
        return;
      }
      await this.#patiently(life, () => this.#readPage(life));
    }
  }

  async #readPage(life: number): Promise<void> {
    const { epoch, floor, frame } = this.#isChoosing
      ? await this.#readChosen()
      : await this.#services.pages.read({ ...this.#place, upTo: this.#hub.flushed });
    if (life !== this.#life) return;
    const isTrimmed = floor > this.#floor && this.#cursor < floor - 1;
    if (epoch !== this.#epoch || isTrimmed) return this.#resetFromStore(life);
    if (frame.offset > this.#cursor) return this.#deliver(frame);
    // Nothing more, though the hub knows of more: the store must know better.
    await this.#hub.reconcile();
    await this.#pause();
  }

  get #isChoosing(): boolean {
    return this.#choice !== undefined && this.#cursor < this.#choice.chosenAt;
  }

  get #place() {
    return { channel: this.#hub.channel, epoch: this.#epoch, after: this.#cursor };
  }

  /** A page of the chosen runs; nobody else has the same choice, so it is not kept. */
  async #readChosen() {
    const { store, pageEvents, pageBytes } = this.#services;
    // Only called while there is a choice.
    const choice = this.#choice as RunChoice;
    const { channel, after } = this.#place;
    if (after < choice.first - 1) return this.#readEarlier(choice);
    const page = await store.read({ channel, after, limit: pageEvents, maxBytes: pageBytes });
    const offset = Math.min(page.through, Math.max(this.#hub.flushed, after));
    const entries = page.events
      .filter((event) => event.offset <= offset)
      .map(toEntry)
      .filter((entry) => choice.includes(entry));
    return { ...page, frame: this.#toFrame(offset, entries) };
  }

  /** What was chosen from before the first run: as much as a page holds. */
  async #readEarlier({ earlier, first }: RunChoice) {
    const head = await this.#services.store.head(this.#hub.channel);
    const rest = earlier.filter(({ offset }) => offset > this.#cursor);
    const page = takeBytes(rest, this.#services.pageBytes);
    const end = page.length < rest.length ? page.at(-1)?.offset : undefined;
    return { ...head, frame: this.#toFrame(end ?? first - 1, page) };
  }

  #toFrame(offset: number, entries: RunChoice["earlier"]): EventsFrame {
    const range = { channel: this.#hub.channel, after: this.#cursor, offset };
    return buildEventsFrame(range, entries, this.#services.maxEventBytes);
  }

  async #resetFromStore(life: number): Promise<void> {
    const asked = this.#hub.flushed;
    const head = await this.#services.store.head(this.#hub.channel);
    if (life !== this.#life) return;
    this.#hub.observe(head, asked);
    // The hub tells everybody when it did not know yet; else it is this subscription that is late.
    if (life === this.#life) this.reset(head.epoch === this.#epoch ? "trimmed" : "epoch", head);
  }

  #deliver(frame: EventsFrame): void {
    this.#cursor = frame.offset;
    this.#sink.sendFrame(frame);
  }

  #refuse(life: number): void {
    if (life !== this.#life) return;
    this.end();
    this.#sink.onEnded("forbidden");
  }

  /** Tries until it works or the life is over: a store that fails costs time, never the subscription. */
  async #patiently<Value>(life: number, work: () => Promise<Value>): Promise<Value | undefined> {
    for (;;) {
      try {
        return await work();
      } catch {
        // The log has told of it; who reads here only has to wait.
        await this.#pause();
        if (life !== this.#life) return undefined;
      }
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => void this.#services.clock.after(retryMs, resolve));
  }
}

/** The first entries that have at most so many bytes; one at least. */
function takeBytes(entries: RunChoice["earlier"], maxBytes: number): RunChoice["earlier"] {
  let bytes = 0;
  const tooMany = entries.findIndex(({ json }, index) => {
    bytes += Buffer.byteLength(json);
    return index > 0 && bytes > maxBytes;
  });
  return tooMany === -1 ? entries : entries.slice(0, tooMany);
}
