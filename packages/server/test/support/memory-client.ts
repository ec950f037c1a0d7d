import {
  type ChannelState,
  emptyChannelState,
  type LoggedEvent,
  reduceChannel,
  type SubscribeFrom,
} from "@runwire/protocol";
import { MemorySocket } from "@runwire/testing";
import { expect } from "vitest";
import { Access } from "../../src/connection/access.ts";
import { ChannelRequests, type ChannelServices } from "../../src/connection/channel-requests.ts";
import { Dialogue } from "../../src/connection/dialogue.ts";
import { Intake } from "../../src/connection/intake.ts";
import { Outbox } from "../../src/connection/outbox.ts";
import { SharedBytes } from "../../src/connection/shared-bytes.ts";
import { silentLogger } from "../../src/logger.ts";
import { defaultServerOptions, type SlowReaderOptions } from "../../src/options.ts";

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly channel: string;
  readonly epoch: string;
  readonly after: number;
  readonly offset: number;
  readonly from: number;
  readonly reset?: string;
  readonly events: readonly LoggedEvent[];
}

/**
 * The server's side of one connection over a socket in memory, and a client at its other end that takes nothing on
 * trust: ranges must touch, offsets must rise, a new log must be announced.
 */
export class MemoryClient {
  readonly socket: MemorySocket;
  readonly channels: ChannelRequests;
  /** Beginnings that nobody asked for. */
  readonly resets: string[] = [];
  state: ChannelState = emptyChannelState;
  epoch = "";
  position = 0;
  /** How many runs were asked for, of the delivery that goes on. */
  runs: number | undefined;
  isSubscribed = false;
  readonly #dialogue: Dialogue;
  #awaited: string | undefined;
  #lastId = 0;
  #stateAt: (epoch: string, offset: number) => ChannelState = () => emptyChannelState;

  constructor(services: ChannelServices, slowReader: SlowReaderOptions) {
    const { clock } = services;
    this.socket = new MemorySocket({ onText: (text) => this.#take(JSON.parse(text)) });
    const intake = new Intake(this.socket, 1_000_000);
    const budget = { shared: new SharedBytes(), onWaiting() {} };
    const outbox = new Outbox(this.socket, intake, slowReader, clock, budget);
    this.socket.onTaken = () => outbox.onDrain();
    const { auth } = defaultServerOptions;
    const open = { authenticate: undefined, authorize: undefined };
    const access = new Access({ ...open, auth, clock, logger: silentLogger });
    const own = { stranger: "connection c", user: undefined, logger: silentLogger };
    this.#dialogue = new Dialogue({ ...own, access, outbox, onForbidden: () => {} });
    this.channels = new ChannelRequests(this.#dialogue, outbox, services);
  }

  /** Whether the latest request has been answered. */
  get isAnswered(): boolean {
    return this.#awaited === undefined;
  }

  /** `stateAt` gives what a client that resumes there holds already. */
  subscribe(
    channel: string,
    from: SubscribeFrom,
    runs: number | undefined,
    stateAt: (epoch: string, offset: number) => ChannelState,
  ): void {
    this.runs = runs;
    this.#stateAt = stateAt;
    const ofRuns = runs === undefined ? {} : { runs };
    void this.channels.subscribe({
      ...{ type: "subscribe", id: this.#expectAnswer(), channel, from },
      ...ofRuns,
    });
  }

  unsubscribe(channel: string): void {
    void this.channels.unsubscribe({ type: "unsubscribe", id: this.#expectAnswer(), channel });
  }

  close(): void {
    this.#dialogue.isOpen = false;
    this.channels.close();
  }

  #expectAnswer(): string {
    this.#lastId += 1;
    this.#awaited = `${this.#lastId}`;
    return this.#awaited;
  }

  #take(message: Message): void {
    // Until the latest request is answered, what comes belongs to the subscription before it.
    if (this.#awaited !== undefined && message.id !== this.#awaited) return;
    this.#awaited = undefined;
    if (message.type === "subscribed") this.#begin(message);
    else if (message.type === "events") this.#apply(message);
    else this.isSubscribed = false;
  }

  #begin({ id, epoch, from, reset }: Message): void {
    this.isSubscribed = true;
    if (id === undefined) this.resets.push(reset ?? "an unasked beginning that is no reset");
    this.epoch = epoch;
    this.position = from;
    this.state = from === 0 ? emptyChannelState : this.#stateAt(epoch, from);
  }

  #apply({ after, offset, events }: Message): void {
    expect(this.isSubscribed).toBe(true);
    expect(after, "ranges touch").toBe(this.position);
    expect(offset, "ranges are not empty").toBeGreaterThan(after);
    let last = after;
    for (const event of events) {
      expect(event.offset, "offsets rise").toBeGreaterThan(last);
      last = event.offset;
    }
    expect(last, "events lie in their range").toBeLessThanOrEqual(offset);
    this.state = reduceChannel(this.state, events);
    this.position = offset;
  }
}
