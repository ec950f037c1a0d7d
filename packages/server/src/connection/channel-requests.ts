import type { Subscribe, Subscribed, Unsubscribe } from "@runwire/protocol";
import type { ChannelHub } from "../channels/channel-hub.js";
import type { ChannelHubs } from "../channels/channel-hubs.js";
import { chooseRuns } from "../channels/choose-runs.js";
import { type ChosenStart, Subscription } from "../channels/subscription.js";
import type { SubscriptionSink } from "../channels/subscription-sink.js";
import type { ServerClock } from "../clock.js";
import type { EventLog } from "../log/event-log.js";
import type { PageReader } from "../log/page-reader.js";
import { planResume } from "../log/plan-resume.js";
import type { ReplayOptions, ServerLimits } from "../options.js";
import { forbidden, Refusal } from "../refusal.js";
import type { Admission } from "./admission.js";
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

interface Followed {
  readonly hub: ChannelHub;
  readonly subscription: Subscription;
}

/** `subscribe` and `unsubscribe` of one connection: of one channel one after another, in the order they came. */
export class ChannelRequests {
  readonly #dialogue: Dialogue;
  readonly #outbox: Outbox;
  readonly #services: ChannelServices;
  readonly #followed = new Map<string, Followed>();
  /** Channels that are subscribed or about to be: what the limit counts. */
  readonly #wanted = new Set<string>();
  readonly #queues = new Map<string, Promise<void>>();
  readonly #rate: TokenBucket;

  constructor(dialogue: Dialogue, outbox: Outbox, services: ChannelServices) {
    this.#dialogue = dialogue;
    this.#outbox = outbox;
    this.#services = services;
    this.#rate = new TokenBucket(services.clock, services.limits.subscribeRate);
  }

  get size(): number {
    return this.#followed.size;
  }

  /** The heads of what is subscribed, for `pong`. */
  heads(): Record<string, number> {
    const entries = [...this.#followed].map(([channel, { hub }]) => [channel, hub.head] as const);
    return Object.fromEntries(entries);
  }

  async subscribe(message: Subscribe): Promise<void> {
    const { channel } = message;
    const isNew = !this.#wanted.has(channel);
    if (isNew && this.#wanted.size >= this.#services.limits.maxSubscriptions) {
      this.#refuseTooMany(message);
      return;
    }
    this.#wanted.add(channel);
    await this.#enqueue(channel, async () => {
      this.#end(channel);
      await this.#dialogue.answer(message, () => this.#begin(message));
      if (!this.#followed.has(channel)) this.#wanted.delete(channel);
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
    for (const [channel, followed] of [...this.#followed])
      await this.#revalidateOne(channel, followed);
  }

  /**
   * Ends the subscription of a channel whose right is gone, or asks about every one at once and ends those that are
   * refused; says how many.
   */
  async revoke(channel: string | undefined): Promise<number> {
    this.#dialogue.revoke();
    if (channel !== undefined) return this.#endForbidden(channel) ? 1 : 0;
    const asked = [...this.#followed].map(([each, followed]) =>
      this.#revalidateOne(each, followed),
    );
    return (await Promise.all(asked)).filter((isEnded) => isEnded).length;
  }

  close(): void {
    for (const channel of [...this.#followed.keys()]) this.#end(channel);
  }

  /** `true` when it was ended. */
  async #revalidateOne(channel: string, followed: Followed): Promise<boolean> {
    // What was subscribed while the application thought was authorized by itself.
    const isSame = () => this.#followed.get(channel) === followed;
    if (!isSame()) return false;
    const may = await this.#mayRead(channel);
    return !may && isSame() && this.#endForbidden(channel);
  }

  #refuseTooMany({ id }: Subscribe): void {
    const most = this.#services.limits.maxSubscriptions;
    const refusal = new Refusal("too_many_subscriptions", `one connection has at most ${most}`);
    this.#dialogue.refuse({ id }, refusal);
  }

  #enqueue(channel: string, work: () => Promise<void>): Promise<void> {
    const before = this.#queues.get(channel) ?? Promise.resolve();
    const done = before.then(() => (this.#dialogue.isOpen ? work() : undefined));
    this.#queues.set(channel, done);
    return done.finally(() => {
      if (this.#queues.get(channel) === done) this.#queues.delete(channel);
    });
  }

  async #begin(message: Subscribe): Promise<void> {
    await this.#waitForTurn();
    await this.#services.admission.resume(this, async () => {
      if (this.#dialogue.isOpen) await this.#beginNow(message);
    });
  }

  async #beginNow({ id, channel, from = "start", runs }: Subscribe): Promise<void> {
    let followed: Followed | undefined;
    await this.#dialogue.whileAllowed("subscribe", channel, nothing, () => {
      // Whoever closed the connection meanwhile could not let go of what was not there yet.
      if (this.#dialogue.isOpen) followed = this.#attach(channel, runs);
    });
    if (!followed) return;
    try {
      await this.#start(followed, { id, channel, from }, runs);
    } catch (error) {
      this.#end(channel);
      throw error;
    }
  }

  /** Before the first read: whatever is appended from now on cannot be missed. */
  #attach(channel: string, runs: number | undefined): Followed {
    const hub = this.#services.hubs.acquire(channel);
    const subscription = new Subscription(hub, this.#sinkFor(channel), {
      log: this.#services.log,
      pages: this.#services.pages,
      clock: this.#services.clock,
      maxEventBytes: this.#services.limits.maxEventBytes,
      ...this.#services.replay,
      choose: async (head) => (runs === undefined ? { head } : this.#choose(hub, runs)),
    });
    const followed = { hub, subscription };
    this.#followed.set(channel, followed);
    return followed;
  }

  async #start(
    { hub, subscription }: Followed,
    { id, channel, from }: Required<Pick<Subscribe, "id" | "channel" | "from">>,
    runs: number | undefined,
  ): Promise<void> {
    const { log } = this.#services;
    const { head, choice }: ChosenStart = await log.watched(
      runs === undefined ? hub.askHead().then((head) => ({ head })) : this.#choose(hub, runs),
    );
    // The right to read may have gone while the log was asked; nobody has told the client yet.
    if (this.#followed.get(channel)?.subscription !== subscription) throw forbidden();
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

  /** Chooses the runs of a delivery from the start, whichever start or end meanwhile. */
  async #choose(hub: ChannelHub, runs: number): Promise<ChosenStart> {
    const { log } = this.#services;
    const { channel } = hub;
    const open = await log.store.openRoots(channel);
    const head = await hub.askHead();
    const choice = await chooseRuns(log, { channel, runs, open, head });
    return choice ? { head, choice } : { head };
  }

  /** Subscribes that come too fast wait; they are bounded by the number of subscriptions. */
  async #waitForTurn(): Promise<void> {
    while (this.#dialogue.isOpen && !this.#rate.take())
      await new Promise<void>(
        (resolve) => void this.#services.clock.after(this.#rate.waitMs(), resolve),
      );
  }

  #mayRead(channel: string): Promise<boolean> {
    return this.#dialogue.may("subscribe", channel).catch(() => false);
  }

  #sinkFor(channel: string): SubscriptionSink {
    const outbox = this.#outbox;
    const { reader } = this.#dialogue;
    const { replayBudget, admission } = this.#services;
    return {
      canTake: (bytes) => outbox.canTake(bytes),
      inTurn: (work) =>
        outbox.inTurn(async () => {
          await replayBudget.turn(reader, () => this.#isFollowed(channel));
          return admission.resume(this, work);
        }),
      sendFrame: (frame) => outbox.sendShared(frame),
      sendPage: (frame) => {
        replayBudget.spend(reader, frame.bytes.length);
        outbox.sendShared(frame);
      },
      sendSubscribed: (message) => outbox.send(message),
      mayRead: () => this.#mayRead(channel),
      onEnded: () => this.#endForbidden(channel),
    };
  }

  #isFollowed(channel: string): boolean {
    return this.#followed.has(channel);
  }

  /** `false` when nothing was subscribed. One whose `subscribe` is unanswered is told by that answer. */
  #endForbidden(channel: string): boolean {
    const followed = this.#followed.get(channel);
    if (!followed) return false;
    const isTold = followed.subscription.isStarting;
    this.#end(channel);
    if (isTold) return true;
    this.#wanted.delete(channel);
    this.#dialogue.outbox.send({ type: "unsubscribed", channel, code: "forbidden" });
    return true;
  }

  #end(channel: string): void {
    const followed = this.#followed.get(channel);
    if (!followed) return;
    this.#followed.delete(channel);
    followed.subscription.end();
    this.#services.hubs.release(followed.hub);
  }
}

function nothing(): void {}
