import { connect, type Socket } from "node:net";
import {
  reconnectRuleOf,
  type ServerMessage,
  SUBPROTOCOL,
  type Subscribed,
} from "@runwire/protocol";
import type { HistoryEntry } from "../checker/history.ts";
import { type FrameName, FrameReader, toFrame } from "./frames.ts";
import { readEvents, type SeenEvents } from "./read-events.ts";
import { preciseNow, type Tally } from "./tally.ts";

/** What one bare client is, and whom it tells. */
export interface LightClientOptions {
  readonly port: number;
  /** Many addresses: a crowd does not share one, and a server counts newcomers by address. */
  readonly localAddress: string;
  readonly user: string;
  readonly channels: readonly string[];
  /** Where its first subscriptions begin. */
  readonly begin: "start" | "now";
  readonly tally: Tally;
  readonly onLevel: () => void;
  /** How long the waits for the next attempt are. @default those of `PROTOCOL.md` § 7 */
  readonly backoff?: LightBackoff | undefined;
  /** Is told what a history needs. */
  readonly note?: ((entry: HistoryEntry) => void) | undefined;
}

export interface LightBackoff {
  readonly firstMs: number;
  readonly maxMs: number;
  /** In a row, before it is parked. */
  readonly attempts: number;
}

/** How long opening a socket, and then being welcomed, may take; as our own client has it. */
const stepTimeoutMs = 10_000;
const backoffOfProtocol: LightBackoff = { firstMs: 1_000, maxMs: 30_000, attempts: 10 };
const lastedMs = 10_000;
const parkedMs = 300_000;
const quietMs = 30_000;

/** Everything but `events`, which is most of what comes and is read apart. */
type OtherMessage = Exclude<ServerMessage, { readonly type: "events" }>;

/** A place in one channel. */
interface Place {
  epoch: string | undefined;
  offset: number;
  /** The log's head when it was subscribed; `undefined` while it is not. */
  head: number | undefined;
}

/**
 * A client that is as small as `PROTOCOL.md` allows, so that 10,000 fit into one process: it follows channels, keeps
 * its position, checks every range and event, answers pings, and comes back with the backoff of § 7.
 */
export class LightClient {
  readonly #options: LightClientOptions;
  readonly #places: Map<string, Place>;
  #socket: Socket | undefined;
  #reader: FrameReader | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #hasStalled = false;
  #attempt = 0;
  #connectedAt = 0;
  #notBefore = 0;
  #closeCode = 1006;
  #heardAt = 0;
  #waiting = 0;

  constructor(options: LightClientOptions) {
    this.#options = options;
    this.#places = new Map(
      options.channels.map((name) => [name, { epoch: undefined, offset: 0, head: undefined }]),
    );
    this.#waiting = this.#places.size;
  }

  /** Whether it has everything up to the heads that it was told when it subscribed. */
  get isLevel(): boolean {
    return this.#waiting === 0;
  }

  get channels(): readonly string[] {
    return this.#options.channels;
  }

  offsetOf(channel: string): number {
    return this.#places.get(channel)?.offset ?? 0;
  }

  start(): void {
    this.#attempt += 1;
    this.#options.tally.attemptsAt.push(performance.now());
    this.#closeCode = 1006;
    const { port, localAddress } = this.#options;
    const socket = connect({ port, host: "127.0.0.1", localAddress });
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("connect", () => socket.write(this.#upgradeRequest()));
    let answer = "";
    const onAnswer = (data: Buffer) => {
      answer += data.toString("latin1");
      const end = answer.indexOf("\r\n\r\n");
      if (end < 0) return;
      socket.off("data", onAnswer);
      this.#onAnswer(socket, answer.slice(0, end), Buffer.from(answer.slice(end + 4), "latin1"));
    };
    socket.on("data", onAnswer);
    socket.on("error", (error: NodeJS.ErrnoException) =>
      this.#options.tally.count("errors", error.code ?? error.message),
    );
    socket.on("close", () => this.#onGone(socket));
    this.#mustGoOn(socket);
  }

  /** Cuts the socket, as a proxy that dies does; the client notices and comes back. */
  cut(): void {
    this.#socket?.resetAndDestroy();
  }

  /** Leaves for good. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  /** Reads nothing any more, until {@link resume}; from now on its own times are not measured. */
  stall(): void {
    this.#hasStalled = true;
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** Browsers hide the server's pings, so a client that heard nothing for long asks by itself. */
  pingIfQuiet(now: number): void {
    if (this.#connectedAt === 0 || now - this.#heardAt < quietMs) return;
    this.#heardAt = now;
    this.#send({ type: "ping", at: Math.round(now) });
  }

  #upgradeRequest(): string {
    return (
      `GET /runwire HTTP/1.1\r\nHost: 127.0.0.1:${this.#options.port}\r\nUpgrade: websocket\r\n` +
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
      `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n\r\n`
    );
  }

  #onAnswer(socket: Socket, head: string, rest: Buffer): void {
    const status = head.slice(9, 12);
    if (status !== "101") {
      this.#options.tally.count("refused", status);
      socket.destroy();
      return;
    }
    const reader = new FrameReader((name, payload) => this.#onFrame(name, payload));
    this.#reader = reader;
    socket.on("data", (data: Buffer) => this.#reader === reader && reader.push(data));
    this.#mustGoOn(socket);
    this.#send({ type: "hello", token: this.#options.user });
    reader.push(rest);
  }

  #mustGoOn(socket: Socket): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#options.tally.count("errors", "step timed out");
      socket.destroy();
    }, stepTimeoutMs);
  }

  #onFrame(name: FrameName | undefined, payload: Buffer): void {
    if (name === "text") this.#onMessage(payload);
    else if (name === "ping") this.#socket?.write(toFrame("pong", payload));
    else if (name === "close") this.#onClose(payload);
  }

  #onClose(payload: Buffer): void {
    if (payload.length >= 2) this.#closeCode = payload.readUInt16BE(0);
    this.#socket?.end(toFrame("close", payload.subarray(0, 2)));
  }

  #onMessage(payload: Buffer): void {
    this.#heardAt = performance.now();
    const events = readEvents(payload);
    if (events) this.#onEvents(events);
    else this.#onOther(JSON.parse(payload.toString()) as OtherMessage);
  }

  #onOther(message: OtherMessage): void {
    switch (message.type) {
      case "welcome":
        this.#onWelcome();
        break;
      case "subscribed":
        this.#onSubscribed(message);
        break;
      case "reconnect":
        this.#notBefore = performance.now() + message.afterMs;
        break;
      case "error":
        this.#options.tally.count("errors", message.code);
    }
  }

  #onWelcome(): void {
    clearTimeout(this.#timer);
    this.#connectedAt = performance.now();
    for (const [channel, { epoch, offset }] of this.#places) {
      const from = epoch === undefined ? this.#options.begin : { epoch, offset };
      this.#send({ type: "subscribe", id: channel, channel, from });
    }
  }

  #onSubscribed(message: Subscribed): void {
    const place = this.#places.get(message.channel);
    if (!place) return;
    const isFirst = place.epoch === undefined;
    const subscriber = this.#nameIn(message.channel);
    const { user, begin, note } = this.#options;
    if (isFirst) note?.({ type: "subscribe", subscriber, user, from: begin });
    if (message.reset) {
      this.#options.tally.resets += 1;
      place.offset = 0;
      note?.({ type: "reset", subscriber });
    }
    if (!isFirst && message.from !== place.offset) this.#options.tally.wrong += 1;
    place.epoch = message.epoch;
    place.offset = message.from;
    place.head = message.offset;
    if (place.offset >= place.head) this.#reached();
  }

  #onEvents({ channel, after, offset, events, areInPlace, ...more }: SeenEvents): void {
    const place = this.#places.get(channel);
    if (place?.head === undefined) return;
    const { tally, note } = this.#options;
    note?.({ type: "handed", subscriber: this.#nameIn(channel), events: more.marked });
    if (after !== place.offset || events !== offset - after || !areInPlace) tally.wrong += 1;
    const wasLevel = place.offset >= place.head;
    place.offset = offset;
    tally.events += events;
    if (!wasLevel && offset >= place.head) this.#reached();
    if (wasLevel && tally.isMeasuring && !this.#hasStalled) {
      const now = preciseNow();
      for (const at of more.writtenAt) tally.noteLatency(now - at);
    }
  }

  #nameIn(channel: string): string {
    return `${this.#options.user} in ${channel}`;
  }

  #reached(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#options.onLevel();
  }

  #send(message: object): void {
    this.#socket?.write(toFrame("text", Buffer.from(JSON.stringify(message))));
  }

  #onGone(socket: Socket): void {
    if (this.#socket !== socket) return;
    clearTimeout(this.#timer);
    const now = performance.now();
    if (this.#connectedAt > 0) {
      this.#options.tally.count("closed", this.#closeCode);
      if (now - this.#connectedAt >= lastedMs) this.#attempt = 0;
    }
    this.#connectedAt = 0;
    this.#reader = undefined;
    this.#waiting = this.#places.size;
    for (const place of this.#places.values()) place.head = undefined;
    if (!this.#isStopped) this.#comeBack(now);
  }

  #comeBack(now: number): void {
    if (reconnectRuleOf(this.#closeCode) === "stop") {
      this.#options.tally.count("errors", `stopped by ${this.#closeCode}`);
      return;
    }
    const { firstMs, maxMs, attempts } = this.#options.backoff ?? backoffOfProtocol;
    const isParked = this.#attempt >= attempts;
    const backoffMs = isParked
      ? parkedMs
      : Math.random() * Math.min(maxMs, firstMs * 2 ** this.#attempt);
    const waitMs = Math.max(backoffMs, this.#notBefore - now);
    this.#timer = setTimeout(() => this.start(), waitMs);
  }
}
