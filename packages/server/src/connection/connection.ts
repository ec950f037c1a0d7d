import { type CloseName, closeCodes, type Report } from "@runwire/protocol";
import type { ServerSocket, SocketHandlers } from "../socket.js";
import type { ConnectRequest, User } from "../users.js";
import { toShown } from "./credentials.js";
import { Greeting } from "./greeting.js";
import { Intake } from "./intake.js";
import { Outbox, type UnsentBudget } from "./outbox.js";
import { Talk, type TalkServices } from "./talk.js";

/** What a connection needs of the server. */
export interface ConnectionServices extends TalkServices {
  /** Asked before `welcome`; `false` when the user has too many connections. */
  readonly admit: (connection: Connection, user: User | undefined) => boolean;
  readonly onReport: (report: Report, connection: Connection) => void;
  readonly budget: UnsentBudget;
  /** It has begun to close: nothing is handled or sent from now on. */
  readonly onClosing: (connection: Connection) => void;
  /** Its socket is gone. */
  readonly onGone: (connection: Connection) => void;
}

/**
 * How long after it was sent away for too much of something a client may come back, milliseconds; twice that at most,
 * so that those who were sent away together do not come back together.
 */
const comeBackMs = 5_000;

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
  /** When anything last came, by the monotonic clock. */
  heardAt: number;
  readonly #socket: ServerSocket;
  readonly #services: ConnectionServices;
  /** Until it is over. */
  #greeting: Greeting | undefined;
  readonly #intake: Intake;
  #talk: Talk | undefined;
  #isClosed = false;
  #isGone = false;
  /** Who waits for its socket to be gone. */
  #onGone: (() => void)[] | undefined;
  /** Users who were sent away for good while the application was asked who this is. */
  #bannedMeanwhile: Set<string> | undefined;

  constructor(socket: ServerSocket, request: ConnectRequest, services: ConnectionServices) {
    const { clock, limits, slowReader } = services.settings;
    const { access, admission } = services;
    this.#socket = socket;
    this.#services = services;
    this.request = request;
    this.heardAt = clock.monotonic();
    this.#intake = new Intake(socket, limits.maxPendingBytes);
    this.outbox = new Outbox(socket, this.#intake, slowReader, clock, services.budget);
    this.#greeting = new Greeting({
      ...{ request, clock, access, admission, maxBytes: limits.maxBytesBeforeWelcome },
      onWelcome: (user, early) => this.#welcome(user, early),
      onRefused: (close) => this.#endFor(close),
    });
  }

  /** Resolves when the socket is gone. */
  gone(): Promise<void> {
    if (this.#isGone) return Promise.resolve();
    this.#onGone ??= [];
    const waiting = this.#onGone;
    return new Promise((resolve) => waiting.push(resolve));
  }

  get user(): User | undefined {
    return this.#talk?.user;
  }

  get subscriptions(): number {
    return this.#talk?.subscriptions ?? 0;
  }

  /** Whether the peer's silence says nothing, because nobody reads what it sends. */
  get isPaused(): boolean {
    return this.#intake.isPaused;
  }

  onMessage(text: string, bytes: number): void {
    this.onSign();
    if (this.#isClosed) return;
    try {
      if (this.#talk) this.#talk.receive(text);
      else this.#greeting?.onMessage(text, bytes);
    } catch (error) {
      // Nobody's message may end the process, whatever was overlooked.
      this.#services.settings.logger.error("a message could not be handled", error);
      this.close("internal");
    }
  }

  onBinary(): void {
    this.close("binaryFrame");
  }

  onSign(): void {
    this.heardAt = this.#services.settings.clock.monotonic();
  }

  onPong(): void {
    this.#talk?.onPong();
  }

  onDrain(): void {
    this.outbox.onDrain();
  }

  onClose(): void {
    this.#finish();
    this.#services.onGone(this);
    this.#isGone = true;
    for (const resolve of this.#onGone ?? []) resolve();
  }

  ping(): void {
    if (!this.#isClosed) this.#socket.ping();
  }

  /** Ends the connection for a reason of the protocol, or because something of the server's own failed. */
  close(name: CloseName | "internal"): void {
    if (this.#isClosed) return;
    this.#finish();
    const { code, reason } =
      name === "internal" ? { code: 1011, reason: "internal error" } : closeCodes[name];
    this.#socket.close(code, reason);
  }

  /** Ends the connection when it is this user's; one that may turn out to be theirs is ended then. */
  disconnectUser(userId: string): boolean {
    if (this.#isClosed) return false;
    if (this.#greeting?.isAsking) {
      this.#bannedMeanwhile ??= new Set();
      this.#bannedMeanwhile.add(userId);
    }
    if (this.user?.id !== userId) return false;
    this.close("replaced");
    return true;
  }

  /** Rights of its user are gone; says how many subscriptions that ended. */
  async revoke(channel: string | undefined): Promise<number> {
    return this.#isClosed || !this.#talk ? 0 : this.#talk.revoke(channel);
  }

  /** Time in which this process stood still, and nothing could be heard or taken. */
  forgive(milliseconds: number): void {
    this.heardAt += milliseconds;
    this.outbox.forgive(milliseconds);
  }

  /** Tells the client when to come back, and ends the connection. */
  sendAway(name: "serviceRestart" | "overloaded" | "tooMany", afterMs: number): void {
    this.outbox.send({ type: "reconnect", afterMs, reason: closeCodes[name].reason });
    this.close(name);
  }

  /** Cuts the connection: the peer would not hear a goodbye. */
  terminate(): void {
    this.#finish();
    this.#socket.terminate();
  }

  #welcome(user: User | undefined, early: readonly string[]): void {
    this.#greeting = undefined;
    if (user && this.#bannedMeanwhile?.has(user.id)) {
      this.close("replaced");
      return;
    }
    if (!this.#services.admit(this, user)) {
      this.#endFor("tooMany");
      return;
    }
    const { limits, heartbeat } = this.#services.settings;
    const { maxMessageBytes, maxEventBytes } = limits;
    const talk = this.#createTalk(user);
    this.#talk = talk;
    this.outbox.send({
      ...({ type: "welcome", connectionId: this.id, heartbeat } as const),
      ...{ maxMessageBytes, maxEventBytes },
      ...toShown(user),
    });
    for (const text of early) if (!this.#isClosed) talk.receive(text);
  }

  #createTalk(user: User | undefined): Talk {
    const parts = {
      ...{ connectionId: this.id, request: this.request, user },
      ...{ intake: this.#intake, outbox: this.outbox, ping: () => this.ping() },
      onReport: (report: Report) => this.#services.onReport(report, this),
      onMisuse: (close: CloseName) => this.#endFor(close),
    };
    return new Talk(parts, this.#services);
  }

  /** Whoever may come back is told when, before the close. */
  #endFor(close: CloseName | "internal"): void {
    const { random } = this.#services.settings;
    if (close === "tooMany" || close === "overloaded")
      this.sendAway(close, Math.round(comeBackMs * (1 + random())));
    else this.close(close);
  }

  /** Lets go of everything. Twice is once. */
  #finish(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#greeting?.close();
    this.#talk?.close();
    this.outbox.close();
    this.#intake.close();
    this.#services.onClosing(this);
  }
}
