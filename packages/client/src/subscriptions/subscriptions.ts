import type { ErrorMessage, Pong } from "@runwire/protocol";
import { createSubscription, type Subscription, type SubscriptionOptions } from "./subscription.js";

/** The channels that are followed, one subscription each. */
export interface Subscriptions {
  /** The channel's subscription; made where there is none. */
  of(channel: string): Subscription;
  /** The same, where somebody follows it. */
  find(channel: string): Subscription | undefined;
  all(): readonly Subscription[];
  notePong(pong: Pong): void;
  /** An `error` under an id that is no request's; `false` when it is about none of them. */
  refused(error: ErrorMessage): boolean;
}

export type SubscriptionsOptions = Omit<SubscriptionOptions, "channel" | "onReleased">;

export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const byChannel = new Map<string, Subscription>();
  const all = () => [...byChannel.values()];
  return {
    of: (channel) => byChannel.get(channel) ?? create(channel),
    find: (channel) => byChannel.get(channel),
    all,
    notePong({ heads }) {
      for (const [channel, head] of Object.entries(heads)) byChannel.get(channel)?.noteHead(head);
    },
    refused: (error) => all().some((subscription) => subscription.refused(error)),
  };

  function create(channel: string): Subscription {
    const subscription = createSubscription({
      ...options,
      channel,
      onReleased: () => byChannel.delete(channel),
    });
    byChannel.set(channel, subscription);
    return subscription;
  }
}
