import type { ErrorMessage, Events, Pong, Subscribed, Unsubscribed } from "@runwire/protocol";
import { createSubscription, type Subscription, type SubscriptionOptions } from "./subscription.js";

/** The channels that are followed, one subscription each. */
export interface Subscriptions {
  /** The channel's subscription; made where there is none. */
  of(channel: string): Subscription;
  /** The same, where somebody follows it. */
  find(channel: string): Subscription | undefined;
  receive(message: Subscribed | Events | Unsubscribed | Pong): void;
  /** An `error` under an id that is no request's; `false` when it is about none of them. */
  refused(error: ErrorMessage): boolean;
  /** Asks for what is wanted, on a new connection. */
  resume(): void;
  /** The connection has ended. */
  suspend(): void;
  /** The connection has ended for good; it may begin again where it is called without an error. */
  fail(error: Error | undefined): void;
}

export type SubscriptionsOptions = Omit<SubscriptionOptions, "channel">;

export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const byChannel = new Map<string, Subscription>();
  let failure: Error | undefined;
  return {
    of: (channel) => byChannel.get(channel) ?? create(channel),
    find: (channel) => byChannel.get(channel),
    receive(message) {
      if (message.type !== "pong") return byChannel.get(message.channel)?.receive(message);
      for (const [channel, head] of Object.entries(message.heads))
        byChannel.get(channel)?.noteHead(head);
    },
    refused: (error) => [...byChannel.values()].some((subscription) => subscription.refused(error)),
    resume() {
      for (const subscription of byChannel.values()) subscription.resume();
    },
    suspend() {
      for (const subscription of byChannel.values()) subscription.suspend();
    },
    fail(error) {
      failure = error;
      if (error) for (const subscription of [...byChannel.values()]) subscription.fail(error);
    },
  };

  function create(channel: string): Subscription {
    const subscription = createSubscription({ ...options, channel }, () =>
      byChannel.delete(channel),
    );
    byChannel.set(channel, subscription);
    if (failure) subscription.view.fail(failure);
    return subscription;
  }
}
