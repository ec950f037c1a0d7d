import type { ResetReason } from "@runwire/protocol";
import type { ChannelHead } from "@runwire/store";
import type { ServerClock } from "../clock.js";
import type { EventLog } from "../log/event-log.js";
import type { EventsFrame } from "../log/events-frame.js";
import type { MergedPage, PageReader } from "../log/page-reader.js";
import type { ChannelHub } from "./channel-hub.js";
import type { RunChoice } from "./choose-runs.js";
import { type ChosenStart, chooseStart } from "./choose-start.js";
import type { HubSubscriber } from "./hub-parts.js";
import { type ChosenPageServices, readChosen } from "./read-chosen.js";
import type { SubscriptionSink } from "./subscription-sink.js";

/** What every subscription of a server shares. */
export interface SubscriptionServices {
  readonly log: EventLog;
  readonly pages: PageReader;
  readonly clock: ServerClock;
  readonly limits: Pick<ChosenPageServices, "maxEventBytes">;
  readonly replay: Pick<ChosenPageServices, "pageEvents" | "pageBytes">;
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
  readonly hub: ChannelHub;
  readonly #sink: SubscriptionSink;
  readonly #services: SubscriptionServices;
  /** How many runs a delivery from the start has; absent: all. */
  readonly #runs: number | undefined;
  #state: "starting" | "reading" | "level" | "ended" = "starting";
  #epoch = "";
  #cursor = 0;
  /** The lowest floor that the delivery has seen; only one that rises above the cursor later takes something away. */
  #floor = 1;
  #choice: RunChoice | undefined;
  /** Grows with each new beginning; what was awaited for an older one is void. */
  #life = 0;
  #stopPause: () => void = nothing;

  constructor(
    hub: ChannelHub,
    sink: SubscriptionSink,
    services: SubscriptionServices,
    runs: number | undefined,
  ) {
    this.hub = hub;
    this.#sink = sink;
    this.#services = services;
    this.#runs = runs;
    hub.add(this);
  }

  /** Whether its `subscribe` has not been answered yet. */
  get isStarting(): boolean {
    return this.#state === "starting";
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
    this.#stopPause();
    this.hub.remove(this);
  }

  offer(frame: EventsFrame): void {
    if (this.#state !== "level" || frame.offset <= this.#cursor) return;
    const fits = frame.after === this.#cursor && this.#sink.canTake(frame.bytes.length);
    if (!fits) {
      this.#readOn();
      return;
    }
    // The hub's frames are whole; what this delivery began below has been kept until now, at least here.
    this.#floor = Math.min(this.#floor, frame.after + 1);
    this.#cursor = frame.offset;
    this.#sink.sendFrame(frame);
  }

  reset(reason: ResetReason, head: ChannelHead): void {
    if (this.#state === "starting" || this.#state === "ended") return;
    // Ahead of the others, or begun anew already: it has lost nothing, and reads on where it is.
    if (reason === "trimmed" && !this.#isTrimmedBy(head.floor)) {
      if (this.#state === "level") this.#readOn();
      return;
    }
    this.#state = "reading";
    this.#life += 1;
    void this.#beginAnew(reason, head, this.#life);
  }

  #readOn(): void {
    this.#state = "reading";
    void this.#read(this.#life);
  }

  async #beginAnew(reason: ResetReason, known: ChannelHead, life: number): Promise<void> {
    const chosen = await this.#patiently(life, () => this.#choose(known));
    if (life !== this.#life || !chosen) return;
    const { head, choice } = chosen;
    const olderRuns = head.floor > 1 || choice?.leavesOut === true;
    this.#sink.sendSubscribed({
      type: "subscribed",
      channel: this.hub.channel,
      epoch: head.epoch,
      offset: head.offset,
      from: 0,
      reset: reason,
      ...(olderRuns && { olderRuns }),
    });
    this.begin(head, 0, choice);
  }

  async #choose(head: ChannelHead): Promise<ChosenStart> {
    const runs = this.#runs;
    return runs === undefined ? { head } : chooseStart(this.#services.log, this.hub, runs);
  }

  async #read(life: number): Promise<void> {
    for (let pages = 0; life === this.#life; pages++) {
      // The channel was deleted while this delivery was prepared: the offsets of the two logs say nothing together.
      if (this.hub.epoch !== this.#epoch) {
        await this.#patiently(life, () => this.#resetFromStore(life));
        continue;
      }
      // Up to where the runs were chosen the log is read here: the hub's frames hold what was left out.
      if (this.#cursor >= this.hub.flushed && !this.#isChoosing) {
        this.#state = "level";
        return;
      }
      if (pages > 0 && !(await this.#sink.mayRead())) return this.#refuse(life);
      const isOn = await this.#sink.inTurn(() => this.#tryPage(life));
      if (!isOn && life === this.#life) await this.#pause();
    }
  }

  /** `false` when nothing came of it, and it is better to wait a little. */
  async #tryPage(life: number): Promise<boolean> {
    if (life !== this.#life) return false;
    try {
      return await this.#readPage(life);
    } catch {
      // The log has told of it; who reads here only has to wait.
      return false;
    }
  }

  async #readPage(life: number): Promise<boolean> {
    const { epoch, floor, frame } = await this.#nextPage();
    if (life !== this.#life) return false;
    if (epoch !== this.#epoch || this.#isTrimmedBy(floor)) {
      await this.#resetFromStore(life);
      return true;
    }
    if (frame.offset > this.#cursor) {
      // A page that was kept may be older than the head that this delivery began with.
      this.#floor = Math.min(this.#floor, floor);
      this.#cursor = frame.offset;
      this.#sink.sendPage(frame);
      return true;
    }
    // Nothing more, though the hub knows of more: the store must know better.
    await this.hub.reconcile();
    return false;
  }

  #nextPage(): Promise<Pick<MergedPage, "epoch" | "floor" | "frame">> {
    const { log, pages, limits, replay } = this.#services;
    const { flushed } = this.hub;
    const choice = this.#choice;
    if (choice === undefined || !this.#isChoosing)
      return pages.read({ ...this.#place, upTo: flushed });
    const { maxEventBytes } = limits;
    const upTo = Math.max(flushed, choice.chosenAt);
    return readChosen({ log, maxEventBytes, ...replay }, choice, { ...this.#place, upTo });
  }

  #isTrimmedBy(floor: number): boolean {
    return floor > this.#floor && this.#cursor < floor - 1;
  }

  get #isChoosing(): boolean {
    return this.#choice !== undefined && this.#cursor < this.#choice.chosenAt;
  }

  get #place() {
    return { channel: this.hub.channel, epoch: this.#epoch, after: this.#cursor };
  }

  async #resetFromStore(life: number): Promise<void> {
    const head = await this.hub.askHead();
    // The hub tells everybody when it did not know yet; else it is this subscription that is late.
    if (life === this.#life) this.reset(head.epoch === this.#epoch ? "trimmed" : "epoch", head);
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
    return new Promise((resolve) => {
      this.#stopPause = this.#services.clock.after(retryMs, resolve);
    });
  }
}

function nothing(): void {}
