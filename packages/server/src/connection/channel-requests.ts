import type { Subscribe, Subscribed, Unsubscribe } from "@runwire/protocol";
import type { ChannelHubs } from "../channels/channel-hubs.js";
import { type ChosenStart, chooseStart } from "../channels/choose-start.js";
import { Subscription } from "../channels/subscription.js";
import type { ServerClock } from "../clock.js";
import type { EventLog } from "../log/event-log.js";
import type { PageReader } from "../log/page-reader.js";
import { planResume } from "../log/plan-resume.js";
import type { ReplayOptions, ServerLimits } from "../options.js";
import { forbidden, Refusal } from "../refusal.js";
import type { Admission } from "./admission.js";
import { ChannelSink, type Deliverer } from "./channel-sink.js";
import type { Dialogue } from "./dialogue.js";
import type { Outbox } from "./outbox.js";
import { TokenBucket } from "./rate-limit.js";
import type { ReplayBudget } from "./replay-budget.js";

/** What subscriptions need of the server. */
export interface ChannelServices {
  readonly log: EventLog;
  readonly hubs: ChannelHubs;
  readonly pages: PageReader;
  readonly clock: ServerClock;
  readonly limits: ServerLimits;
  readonly replay: ReplayOptions;
  readonly replayBudget: ReplayBudget;
  readonly admission: Admission;
}

/** `subscribe` and `unsubscribe` of one connection: of one channel one after another, in the order they came. */
export class ChannelRequests implements Deliverer {
  readonly services: ChannelServices;
  readonly #dialogue: Dialogue;
  readonly #outbox: Outbox;
  /** Channels that are subscribed, or without a subscription about to be: what the limit counts. */
  readonly #wanted = new Map<string, Subscription | undefined>();
  /** There only while something waits: most connections subscribe once. */
  #queues: Map<string, Promise<void>> | undefined;
  readonly #rate: TokenBucket;

  constructor(dialogue: Dialogue, outbox: Outbox, services: ChannelServices) {
    this.#dialogue = dialogue;
    this.#outbox = outbox;
    this.services = services;
    this.#rate = new TokenBucket(services.clock, services.limits.subscribeRate);
  }

  get size(): number {
    return this.#followed.length;
  }

  get reader(): string {
    return this.#dialogue.reader;
  }

  /** The heads of what is subscribed, for `pong`. */
  heads(): Record<string, number> {
    return Object.fromEntries(this.#followed.map(({ hub }) => [hub.channel, hub.head] as const));
  }

  async subscribe(message: Subscribe): Promise<void> {
    const { channel } = message;
    const isNew = !this.#wanted.has(channel);
    if (isNew && this.#wanted.size >= this.services.limits.maxSubscriptions) {
      this.#refuseTooMany(message);
      return;
    }
    if (isNew) this.#wanted.set(channel, undefined);
    await this.#enqueue(channel, async () => {
      this.#end(channel);
      await this.#dialogue.answer(message, () => this.#begin(message));
      if (!this.isFollowed(channel)) this.#wanted.delete(channel);
    });
  }

  /** A `subscribe` that cannot be read: ends the earlier subscription all the same, and is refused in its turn. */
  refuseSubscribe(channel: string, refuse: () => void): Promise<void> {
    return this.#enqueue(channel, async () => {
      this.#end(channel);
      this.#wanted.delete(channel);
      refuse();
    });
  }

  unsubscribe(message: Unsubscribe): Promise<void> {
    const { id, channel } = message;
    return this.#enqueue(channel, async () => {
      this.#end(channel);
      this.#wanted.delete(channel);
      this.#dialogue.outbox.send({ type: "unsubscribed", id, channel });
    });
  }

  /** Asks again whether the user may read what is subscribed; ends what they may not. */
  async revalidate(): Promise<void> {
    for (const subscription of this.#followed) await this.#revalidateOne(subscription);
  }

  /**
   * Ends the subscription of a channel whose right is gone, or asks about every one at once and ends those that are
   * refused; says how many.
   */
  async revoke(channel: string | undefined): Promise<number> {
    this.#dialogue.revoke();
    if (channel !== undefined) return this.endForbidden(channel) ? 1 : 0;
    const asked = this.#followed.map((subscription) => this.#revalidateOne(subscription));
    return (await Promise.all(asked)).filter((isEnded) => isEnded).length;
  }

  close(): void {
    for (const { hub } of this.#followed) this.#end(hub.channel);
  }

  isFollowed(channel: string): boolean {
    return this.#wanted.get(channel) !== undefined;
  }

  mayRead(channel: string): Promise<boolean> {
    return this.#dialogue.may("subscribe", channel).catch(() => false);
  }

  /** `false` when nothing was subscribed. One whose `subscribe` is unanswered is told by that answer. */
  endForbidden(channel: string): boolean {
    const subscription = this.#wanted.get(channel);
    if (!subscription) return false;
    const isTold = subscription.isStarting;
    this.#end(channel);
    if (isTold) return true;
    this.#wanted.delete(channel);
    this.#dialogue.outbox.send({ type: "unsubscribed", channel, code: "forbidden" });
    return true;
  }

  get #followed(): readonly Subscription[] {
    return [...this.#wanted.values()].filter((subscription) => subscription !== undefined);
  }

  /** `true` when it was ended. */
  async #revalidateOne(subscription: Subscription): Promise<boolean> {
    const { channel } = subscription.hub;
    // What was subscribed while the application thought was authorized by itself.
    const isSame = () => this.#wanted.get(channel) === subscription;
    if (!isSame()) return false;
    const may = await this.mayRead(channel);
    return !may && isSame() && this.endForbidden(channel);
  }

  #refuseTooMany({ id }: Subscribe): void {
    const most = this.services.limits.maxSubscriptions;
    const refusal = new Refusal("too_many_subscriptions", `one connection has at most ${most}`);
    this.#dialogue.refuse({ id }, refusal);
  }

  #enqueue(channel: string, work: () => Promise<void>): Promise<void> {
    this.#queues ??= new Map();
    const queues = this.#queues;
    const before = queues.get(channel) ?? Promise.resolve();
    const done = before.then(() => (this.#dialogue.isOpen ? work() : undefined));
    queues.set(channel, done);
    return done.finally(() => {
      if (queues.get(channel) === done) queues.delete(channel);
      if (queues.size === 0 && this.#queues === queues) this.#queues = undefined;
    });
  }

  async #begin(message: Subscribe): Promise<void> {
    await this.#waitForTurn();
    await this.services.admission.resume(this, async () => {
      if (this.#dialogue.isOpen) await this.#beginNow(message);
    });
  }

  async #beginNow({ id, channel, from = "start", runs }: Subscribe): Promise<void> {
    let subscription: Subscription | undefined;
    await this.#dialogue.whileAllowed("subscribe", channel, nothing, () => {
      // Whoever closed the connection meanwhile could not let go of what was not there yet.
      if (this.#dialogue.isOpen) subscription = this.#attach(channel, runs);
    });
    if (!subscription) return;
    try {
      await this.#start(subscription, { id, channel, from }, runs);
    } catch (error) {
      this.#end(channel);
      throw error;
    }
  }

  /** Before the first read: whatever is appended from now on cannot be missed. */
  #attach(channel: string, runs: number | undefined): Subscription {
    const hub = this.services.hubs.acquire(channel);
    const sink = new ChannelSink(channel, this.#outbox, this);
    const subscription = new Subscription(hub, sink, this.services, runs);
    this.#wanted.set(channel, subscription);
    return subscription;
  }

  async #start(
    subscription: Subscription,
    { id, channel, from }: Required<Pick<Subscribe, "id" | "channel" | "from">>,
    runs: number | undefined,
  ): Promise<void> {
    const { log } = this.services;
    const { hub } = subscription;
    const { head, choice }: ChosenStart = await log.watched(
      runs === undefined ? hub.askHead().then((head) => ({ head })) : chooseStart(log, hub, runs),
    );
    // The right to read may have gone while the log was asked; nobody has told the client yet.
    if (this.#wanted.get(channel) !== subscription) throw forbidden();
    hub.flushNow();
    const plan = planResume(from, head);
    const chosen = plan.isFromStart ? choice : undefined;
    const olderRuns = plan.isFromStart && (head.floor > 1 || chosen?.leavesOut === true);
    const subscribed: Subscribed = {
      ...({ type: "subscribed", id, channel, epoch: head.epoch } as const),
      ...{ offset: head.offset, from: plan.after },
      ...(plan.reset && { reset: plan.reset }),
      ...(olderRuns && { olderRuns }),
    };
    this.#dialogue.outbox.send(subscribed);
    subscription.begin(head, plan.after, chosen);
  }

  /** Subscribes that come too fast wait; they are bounded by the number of subscriptions. */
  async #waitForTurn(): Promise<void> {
    while (this.#dialogue.isOpen && !this.#rate.take())
      await new Promise<void>(
        (resolve) => void this.services.clock.after(this.#rate.waitMs(), resolve),
      );
  }

  #end(channel: string): void {
    const subscription = this.#wanted.get(channel);
    if (!subscription) return;
    this.#wanted.set(channel, undefined);
    subscription.end();
    this.services.hubs.release(subscription.hub);
  }
}

function nothing(): void {}
