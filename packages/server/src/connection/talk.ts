import type { Authenticate, ClientMessage, Report } from "@runwire/protocol";
import type { ServerSettings } from "../options.js";
import { Refusal } from "../refusal.js";
import type { ConnectRequest, User } from "../users.js";
import type { Access } from "./access.js";
import { ChannelRequests } from "./channel-requests.js";
import { type ClientRequestServices, ClientRequests, type Talker } from "./client-requests.js";
import { CredentialKeeper } from "./credentials.js";
import { Dialogue } from "./dialogue.js";
import { countOf, handleMessage } from "./handle-message.js";
import type { Intake } from "./intake.js";
import { MessageRate } from "./message-rate.js";
import type { Outbox } from "./outbox.js";
import { MinuteCounter } from "./rate-limit.js";
import { type BadMessage, type Received, readMessage } from "./read-message.js";

/** What a welcomed client needs of the server. */
export interface TalkServices extends ClientRequestServices {
  readonly settings: ServerSettings;
  readonly access: Access;
  /** The number of a welcome. */
  readonly nextOrder: () => number;
}

/** What a talk needs of its connection. */
export interface TalkParts {
  readonly connectionId: string;
  readonly request: ConnectRequest;
  readonly user: User | undefined;
  readonly intake: Intake;
  readonly outbox: Outbox;
  readonly onReport: (report: Report) => void;
  /** Sends a WebSocket ping, whose pong tells that the peer has what it was sent before. */
  readonly ping: () => void;
  /** The client does what ends a connection. */
  readonly onMisuse: (close: "notAMessage" | "tooMany" | "forbidden" | "unauthenticated") => void;
}

type GoodMessage = Extract<Received, { readonly status: "message" }>;

/** What a welcomed client and the server say to each other, until the connection ends. */
export class Talk implements Talker {
  readonly #settings: ServerSettings;
  readonly #parts: TalkParts;
  readonly #dialogue: Dialogue;
  readonly #channels: ChannelRequests;
  readonly #requests: ClientRequests;
  readonly #credentials: CredentialKeeper;
  /** What asks for something, and may be asked again later. Rates and counters are made when they are needed. */
  #requestRate: MessageRate | undefined;
  /** What a client sends by itself, however much the application asks for. */
  #signRate: MessageRate | undefined;
  #badMessages: MinuteCounter | undefined;
  #refusals: MinuteCounter | undefined;
  #stopRevalidation: () => void;

  constructor(parts: TalkParts, services: TalkServices) {
    const { settings, access } = services;
    const { clock, logger } = settings;
    const { connectionId, user, outbox, intake, request } = parts;
    this.#settings = settings;
    this.#parts = parts;
    const dialogue = new Dialogue({
      ...{ user, access, outbox, logger, stranger: `connection ${connectionId}` },
      onForbidden: () => this.#countRefusal(),
    });
    this.#dialogue = dialogue;
    this.#channels = new ChannelRequests(dialogue, outbox, services);
    const own = { talker: this, dialogue, channels: this.#channels, intake };
    this.#requests = new ClientRequests({ ...own, order: services.nextOrder() }, services);
    this.#credentials = new CredentialKeeper(dialogue, { access, clock, request }, () =>
      parts.onMisuse("unauthenticated"),
    );
    this.#stopRevalidation = this.#revalidateLater();
  }

  get user(): User | undefined {
    return this.#dialogue.user;
  }

  get subscriptions(): number {
    return this.#channels.size;
  }

  /** Rights of this user are gone; says how many subscriptions that ended. */
  revoke(channel: string | undefined): Promise<number> {
    return this.#channels.revoke(channel);
  }

  /** A pong came. */
  onPong(): void {
    this.#requestRate?.heard();
    this.#signRate?.heard();
  }

  receive(text: string): void {
    const received = readMessage(text);
    switch (received.status) {
      case "not_a_message":
        this.#parts.onMisuse("notAMessage");
        break;
      case "bad_message":
        this.#begin(this.#refuseBad(received), text);
        break;
      case "message":
        this.#take(received);
    }
  }

  async authenticate(message: Authenticate): Promise<void> {
    await this.#dialogue.answer(message, async () => {
      const result = await this.#credentials.renew(message);
      if (result === "another-user") this.#parts.onMisuse("forbidden");
      if (result === "kept") await this.#channels.revalidate();
    });
  }

  secondHello(): void {
    this.#countBad({}, "hello comes once, and first");
  }

  pong(at: number): void {
    const now = this.#settings.clock.now();
    this.#parts.outbox.send({ type: "pong", at, now, heads: this.#channels.heads() });
  }

  report(message: Report): void {
    this.#parts.onReport(message);
  }

  /** Lets go of everything; what is answered from now on goes nowhere. */
  close(): void {
    this.#dialogue.isOpen = false;
    this.#stopRevalidation();
    this.#channels.close();
    this.#requests.close();
    this.#credentials.close();
  }

  #take({ message, text }: GoodMessage): void {
    const rate = this.#rateOf(message);
    const verdict = rate?.judge() ?? "take";
    if (verdict === "end") this.#parts.onMisuse("tooMany");
    else if (rate && verdict === "refuse")
      this.#slowDown("id" in message ? { id: message.id } : {}, rate);
    else this.#begin(handleMessage(message, text, this.#requests), text);
  }

  /** What is under way counts until it is answered. */
  #begin(request: Promise<void> | undefined, text: string): void {
    if (request) void request.finally(this.#parts.intake.begin(text.length));
  }

  #refuseBad({ type, problem, id, channel }: BadMessage): Promise<void> | undefined {
    const asked = { ...(id !== undefined && { id }), ...(channel !== undefined && { channel }) };
    const refuse = () => this.#countBad(asked, problem);
    if (type === "subscribe" && channel !== undefined)
      return this.#channels.refuseSubscribe(channel, refuse);
    refuse();
    return undefined;
  }

  #countBad(asked: { readonly id?: string; readonly channel?: string }, problem: string): void {
    this.#dialogue.refuse(asked, new Refusal("bad_message", problem));
    const { clock, limits } = this.#settings;
    this.#badMessages ??= new MinuteCounter(clock);
    const isLast = this.#badMessages.count() >= limits.maxBadMessagesPerMinute;
    if (isLast) this.#parts.onMisuse("notAMessage");
  }

  #rateOf(message: ClientMessage): MessageRate | undefined {
    const { clock, limits } = this.#settings;
    switch (countOf(message)) {
      case "request":
        this.#requestRate ??= new MessageRate(clock, limits.messageRate);
        return this.#requestRate;
      case "sign":
        this.#signRate ??= new MessageRate(clock, limits.messageRate);
        return this.#signRate;
      case "none":
        return undefined;
    }
  }

  /** Requests are all answered; of other messages only the first one too many is. */
  #slowDown(asked: { readonly id?: string }, rate: MessageRate): void {
    // Before the answer, or a peer that waits for it could go on before its pong is here.
    if (rate.refused === 1) this.#parts.ping();
    else if (asked.id === undefined) return;
    const details = { retryAfterMs: rate.paceMs };
    this.#dialogue.refuse(asked, new Refusal("rate_limited", "too many messages; wait", details));
  }

  #countRefusal(): void {
    const { clock, limits } = this.#settings;
    this.#refusals ??= new MinuteCounter(clock);
    const isTooMany = this.#refusals.count() > limits.maxRefusalsPerMinute;
    if (isTooMany) this.#parts.onMisuse("tooMany");
  }

  #revalidateLater(): () => void {
    const { clock, auth } = this.#settings;
    return clock.after(auth.revalidateMs, () => {
      void this.#channels.revalidate();
      this.#stopRevalidation = this.#revalidateLater();
    });
  }
}
