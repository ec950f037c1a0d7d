import type { Subscribed } from "@runwire/protocol";
import type { SubscriptionSink } from "../channels/subscription-sink.js";
import type { EventsFrame } from "../log/events-frame.js";
import type { Admission } from "./admission.js";
import type { Outbox } from "./outbox.js";
import type { ReplayBudget } from "./replay-budget.js";

/** The connection, as its deliveries see it. */
export interface Deliverer {
  readonly services: { readonly replayBudget: ReplayBudget; readonly admission: Admission };
  /** Who pays for what is read. */
  readonly reader: string;
  isFollowed(channel: string): boolean;
  mayRead(channel: string): Promise<boolean>;
  endForbidden(channel: string): boolean;
}

/** Where the subscription of one channel delivers to: its connection's socket. */
export class ChannelSink implements SubscriptionSink {
  readonly #channel: string;
  readonly #outbox: Outbox;
  readonly #deliverer: Deliverer;

  constructor(channel: string, outbox: Outbox, deliverer: Deliverer) {
    this.#channel = channel;
    this.#outbox = outbox;
    this.#deliverer = deliverer;
  }

  canTake(bytes: number): boolean {
    return this.#outbox.canTake(bytes);
  }

  inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    return this.#outbox.inTurn(async () => {
      const { services, reader } = this.#deliverer;
      const isWanted = () => this.#deliverer.isFollowed(this.#channel);
      await services.replayBudget.turn(reader, isWanted);
      return services.admission.resume(this.#deliverer, work);
    });
  }

  sendFrame(frame: EventsFrame): void {
    this.#outbox.sendShared(frame);
  }

  sendPage(frame: EventsFrame): void {
    const { services, reader } = this.#deliverer;
    services.replayBudget.spend(reader, frame.bytes.length);
    this.#outbox.sendShared(frame);
  }

  sendSubscribed(message: Subscribed): void {
    this.#outbox.send(message);
  }

  mayRead(): Promise<boolean> {
    return this.#deliverer.mayRead(this.#channel);
  }

  onEnded(): void {
    this.#deliverer.endForbidden(this.#channel);
  }
}
