import { type CloseName, closeCodes, type Report } from "@runwire/protocol";
import type { ServerSettings } from "../options.js";
import { Refusal } from "../refusal.js";
import type { ServerSocket, SocketHandlers } from "../socket.js";
import type { ConnectRequest, User } from "../users.js";
import type { Access } from "./access.js";
import { ChannelRequests, type ChannelServices } from "./channel-requests.js";
import { CommandRequests } from "./command-requests.js";
import { CredentialKeeper, toShown } from "./credentials.js";
import { Dialogue } from "./dialogue.js";
import { Greeting } from "./greeting.js";
import { handleMessage, isCounted } from "./handle-message.js";
import { Outbox } from "./outbox.js";
import { MinuteCounter, TokenBucket } from "./rate-limit.js";
import { type Received, readMessage } from "./read-message.js";
import { ReadRequests } from "./read-requests.js";
import { WriteRequests, type WriteServices } from "./write-requests.js";

/** What a connection needs of the server. */
export interface ConnectionServices extends ChannelServices, WriteServices {
  readonly settings: ServerSettings;
  readonly access: Access;
  /** The number of a welcome. */
  readonly nextOrder: () => number;
  /** Asked before `welcome`; `false` when the user has too many connections. */
  readonly admit: (connection: Connection, user: User | undefined) => boolean;
  readonly onReport: (report: Report, connection: Connection) => void;
  readonly onClosed: (connection: Connection) => void;
}

/** How long after a refusal for speed a client may come back, milliseconds. */
const tooManyRetryMs = 5_000;

/** Everything that a welcomed client can set off. */
interface Talk {
  readonly dialogue: Dialogue;
  readonly channels: ChannelRequests;
  readonly reads: ReadRequests;
  readonly writes: WriteRequests;
  readonly commands: CommandRequests;
  readonly credentials: CredentialKeeper;
}

/**
 * One socket, from its opening to its end.
 *
 *   greeting ── welcome ──▶ talk ──▶ closed
 *       └────────────────────────────▲     one way out, taken once, whoever opens it
 */
export class Connection implements SocketHandlers {
  readonly id = crypto.randomUUID();
  readonly request: ConnectRequest;
  readonly outbox: Outbox;
  readonly openedAt: number;
  heardAt: number;
  /** Resolves when the socket is gone. */
  readonly gone: Promise<void>;
  /** Set with `welcome`. */
  user: User | undefined;
  readonly #socket: ServerSocket;
  readonly #services: ConnectionServices;
  readonly #greeting: Greeting;
  readonly #rate: TokenBucket;
  readonly #badMessages: MinuteCounter;
  readonly #refusals: MinuteCounter;
  #resolveGone: () => void = () => {};
  #talk: Talk | undefined;
  #isClosed = false;
  #wasWarned = false;
  #stopRevalidation: () => void = () => {};

  constructor(socket: ServerSocket, request: ConnectRequest, services: ConnectionServices) {
    const { clock, limits, slowReader } = services.settings;
    this.#socket = socket;
    this.#services = services;
    this.request = request;
    this.gone = new Promise((resolve) => {
      this.#resolveGone = resolve;
    });
    this.openedAt = clock.monotonic();
    this.heardAt = this.openedAt;
    this.outbox = new Outbox(socket, slowReader, clock);
    this.#rate = new TokenBucket(clock, limits.messageRate);
    this.#badMessages = new MinuteCounter(clock);
    this.#refusals = new MinuteCounter(clock);
    this.#greeting = new Greeting({
      ...{ request, clock, access: services.access, maxBytes: limits.maxBytesBeforeWelcome },
      onWelcome: (user, early) => this.#welcome(user, early),
      onRefused: (close) =>
        close === "internal" ? this.#closeWith(1011, "internal error") : this.close(close),
    });
  }

  get isWelcomed(): boolean {
    return this.#talk !== undefined;
  }

  get subscriptions(): number {
    return this.#talk?.channels.size ?? 0;
  }

  /** Whether the peer's silence says nothing, because nobody reads what it sends. */
  get isPaused(): boolean {
    return this.#talk?.writes.isPaused ?? false;
  }

  onMessage(text: string, bytes: number): void {
    this.onSign();
    if (this.#isClosed) return;
    if (this.#talk) this.#receive(this.#talk, text);
    else this.#greeting.onMessage(text, bytes);
  }

  onBinary(): void {
    this.close("binaryFrame");
  }

  onSign(): void {
    this.heardAt = this.#services.settings.clock.monotonic();
  }

  onDrain(): void {
    this.outbox.onDrain();
  }

  onClose(): void {
    this.#finish();
    this.#resolveGone();
  }

  ping(): void {
    if (!this.#isClosed) this.#socket.ping();
  }

  /** Ends the connection for a reason of the protocol. */
  close(name: CloseName): void {
    const { code, reason } = closeCodes[name];
    this.#closeWith(code, reason);
  }

  /** Tells the client when to come back, and ends the connection. */
  sendAway(name: "serviceRestart" | "overloaded" | "tooMany", afterMs: number): void {
    if (this.#talk)
      this.outbox.send({ type: "reconnect", afterMs, reason: closeCodes[name].reason });
    this.close(name);
  }

  /** Cuts the connection: the peer would not hear a goodbye. */
  terminate(): void {
    this.#socket.terminate();
    this.#finish();
  }

  /** Asks again whether the user may read what is subscribed. */
  async revalidate(): Promise<void> {
    await this.#talk?.channels.revalidate();
  }

  #welcome(user: User | undefined, early: readonly string[]): void {
    this.user = user;
    if (!this.#services.admit(this, user)) {
      this.user = undefined;
      this.outbox.send({
        ...{ type: "reconnect", afterMs: tooManyRetryMs, reason: closeCodes.tooMany.reason },
      });
      return this.close("tooMany");
    }
    const { limits, heartbeat } = this.#services.settings;
    const { maxMessageBytes, maxEventBytes } = limits;
    this.outbox.send({
      ...({ type: "welcome", connectionId: this.id } as const),
      heartbeat: { intervalMs: heartbeat.intervalMs, timeoutMs: heartbeat.timeoutMs },
      ...{ maxMessageBytes, maxEventBytes },
      ...toShown(user),
    });
    const talk = this.#createTalk(user);
    this.#talk = talk;
    this.#revalidateLater();
    for (const text of early) if (!this.#isClosed) this.#receive(talk, text);
  }

  #createTalk(user: User | undefined): Talk {
    const services = this.#services;
    const { settings, access } = services;
    const dialogue = new Dialogue({
      ...{ connectionId: this.id, order: services.nextOrder(), user, access, outbox: this.outbox },
      logger: settings.logger,
      onForbidden: () => this.#countRefusal(),
    });
    const commands = new CommandRequests(dialogue, services.commandDesk);
    const link = {
      order: dialogue.order,
      hand: commands.deliver.bind(commands),
    };
    const parts = { access, clock: settings.clock, request: this.request };
    return {
      ...{ dialogue, commands },
      channels: new ChannelRequests(dialogue, services),
      reads: new ReadRequests(dialogue, services.log, settings.replay),
      writes: new WriteRequests(dialogue, services, this.#socket, link),
      credentials: new CredentialKeeper(dialogue, parts, () => this.close("unauthenticated")),
    };
  }

  #receive(talk: Talk, text: string): void {
    const received = readMessage(text);
    if (received.status === "not_a_message") return this.close("notAMessage");
    if (received.status === "bad_message") return this.#refuseBad(talk, received);
    if (isCounted(received.message) && !this.#rate.take()) return this.#slowDown(talk, received);
    this.#wasWarned = false;
    this.#handle(talk, received);
  }

  #handle(talk: Talk, { message, text }: Extract<Received, { status: "message" }>): void {
    const { channels, reads, writes, commands } = talk;
    handleMessage(message, text, {
      secondHello: () => this.#refuseBad(talk, { problem: "hello comes once, and first" }),
      authenticate: (authenticate) => void this.#authenticate(talk, authenticate),
      subscribe: (subscribe) => channels.subscribe(subscribe),
      unsubscribe: (unsubscribe) => channels.unsubscribe(unsubscribe),
      fetch: (fetch) => reads.fetch(fetch),
      list: (list) => reads.list(list),
      publish: (publish, whole) => writes.publish(publish, whole),
      renew: (renew, whole) => writes.renew(renew, whole),
      command: (command, whole) => commands.command(command, whole),
      handled: (handled, whole) => commands.handled(handled, whole, writes),
      ping: ({ at }) => {
        const now = this.#services.settings.clock.now();
        this.outbox.send({ type: "pong", at, now, heads: channels.heads() });
      },
      report: (report) => this.#services.onReport(report, this),
    });
  }

  async #authenticate(
    { dialogue, credentials, channels }: Talk,
    message: Parameters<CredentialKeeper["renew"]>[0],
  ): Promise<void> {
    await dialogue.answer(message, async () => {
      if ((await credentials.renew(message)) === "another-user") return this.close("forbidden");
      this.user = dialogue.user;
      await channels.revalidate();
    });
  }

  #refuseBad(
    { dialogue }: Talk,
    {
      problem,
      id,
      channel,
    }: { readonly problem: string; readonly id?: string; readonly channel?: string },
  ): void {
    const asked = { ...(id !== undefined && { id }), ...(channel !== undefined && { channel }) };
    dialogue.refuse(asked, new Refusal("bad_message", problem));
    const { maxBadMessagesPerMinute } = this.#services.settings.limits;
    if (this.#badMessages.count() >= maxBadMessagesPerMinute) this.close("notAMessage");
  }

  /** The first message too many is told so; who goes on all the same has to leave. */
  #slowDown({ dialogue }: Talk, { message }: Extract<Received, { status: "message" }>): void {
    if (this.#wasWarned) return this.sendAway("tooMany", tooManyRetryMs);
    this.#wasWarned = true;
    const retryAfterMs = this.#rate.waitMs();
    const refusal = new Refusal("rate_limited", "too many messages; wait", { retryAfterMs });
    dialogue.refuse("id" in message ? { id: message.id } : {}, refusal);
  }

  #countRefusal(): void {
    const { maxRefusalsPerMinute } = this.#services.settings.limits;
    if (this.#refusals.count() > maxRefusalsPerMinute) this.sendAway("tooMany", tooManyRetryMs);
  }

  #revalidateLater(): void {
    const { clock, auth } = this.#services.settings;
    this.#stopRevalidation = clock.after(auth.revalidateMs, () => {
      void this.revalidate();
      this.#revalidateLater();
    });
  }

  #closeWith(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.#finish();
    this.#socket.close(code, reason);
  }

  /** Lets go of everything. Twice is once. */
  #finish(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#greeting.close();
    this.outbox.close();
    this.#stopRevalidation();
    if (this.#talk) {
      this.#talk.dialogue.isOpen = false;
      this.#talk.channels.close();
      this.#talk.writes.close();
      this.#talk.credentials.close();
    }
    this.#services.onClosed(this);
  }
}
