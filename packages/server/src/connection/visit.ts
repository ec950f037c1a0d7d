import { type CloseName, protocolLimits, type Report } from "@runwire/protocol";
import { afterAwake } from "../clock.js";
import { toRefusal } from "../refusal.js";
import type { ConnectRequest, User } from "../users.js";
import type { Access } from "./access.js";
import { toAddressKey } from "./address-key.js";
import { bearerToken } from "./bearer-token.js";
import { Dialogue, toPayer } from "./dialogue.js";
import type { Door, TurnedAway } from "./door.js";
import type { GuestBook } from "./guest-book.js";
import { AnswerSlot, type HttpAnswer, toErrorAnswer } from "./http-answer.js";
import type { UnsentBudget } from "./outbox.js";
import type { Peer } from "./peer.js";
import {
  restarting,
  toBadBody,
  toNotWelcome,
  tooMany,
  toTurnedAway,
  unauthenticated,
} from "./visit-answers.js";
import { VisitRequest, type VisitRequestServices } from "./visit-request.js";
import type { ReceivedBody, Visitor } from "./visitor.js";

/** An answer on its way. */
export interface VisitAnswer extends HttpAnswer {
  /** For how long the peer may take nothing of it, milliseconds; then its socket is to be cut. */
  readonly patienceMs: number;
}

/** What a visit needs of the server. */
export interface VisitServices extends VisitRequestServices {
  readonly access: Access;
  readonly door: Door;
  readonly guests: GuestBook;
  readonly budget: UnsentBudget;
  /** Its turn has come: it is counted from now on. */
  readonly onCome: (peer: Peer) => void;
  /** `false` when the user has too many connections and requests. */
  readonly admit: (peer: Peer, user: User | undefined) => boolean;
  readonly onReport: (report: Report, peer: Peer) => void;
  readonly onGone: (peer: Peer) => void;
}

/** How long a body may take, milliseconds: as long as a whole request with `boundedHttpOptions`. */
const bodyTimeoutMs = 15_000;

/**
 * One request over HTTP, from its head to the end of its answer. It is counted as a connection for as long.
 *
 *   head ──▶ its turn ──▶ asking the application ──▶ reading the body ──▶ at the desks ──▶ answered ──▶ taken
 *              │ 503, 429        │ 401, 429, 500         │ 400, 408, 413
 *
 * A stranger's body is never read. What is not begun when its peer goes is dropped, as on a connection.
 */
export class Visit implements Peer {
  readonly id = crypto.randomUUID();
  readonly request: ConnectRequest;
  readonly outbox: AnswerSlot;
  readonly subscriptions = 0;
  readonly isPaused = false;
  readonly heardAt: number;
  readonly #visitor: Visitor;
  readonly #services: VisitServices;
  #user: User | undefined;
  #dialogue: Dialogue | undefined;
  #isOver = false;
  #isAsking = false;
  #isWriting = false;
  /** Users who were sent away for good while the application was asked who this is. */
  readonly #bannedMeanwhile = new Set<string>();

  constructor(visitor: Visitor, services: VisitServices) {
    this.request = visitor.request;
    this.heardAt = services.settings.clock.monotonic();
    this.#visitor = visitor;
    this.#services = services;
    this.outbox = new AnswerSlot((bytes) => {
      this.#end();
      services.budget.onWaiting(bytes);
    });
    whenAborted(visitor.gone, () => this.#leave());
  }

  /** Resolves when the answer was taken, or nobody is there any more to take it. */
  gone(): Promise<void> {
    return new Promise((resolve) => whenAborted(this.#visitor.gone, resolve));
  }

  get user(): User | undefined {
    return this.#user;
  }

  /** Resolves to the answer, or to `undefined` when nobody is there any more to be answered. Never rejects. */
  async answer(): Promise<VisitAnswer | undefined> {
    this.#run().catch((error: unknown) => {
      // Nobody's request may end the process, whatever was overlooked.
      this.#services.settings.logger.error("a request over HTTP could not be handled", error);
      const { code, message } = toRefusal(error).refusal;
      this.outbox.give(toErrorAnswer(code, message));
    });
    const answer = await this.outbox.answer;
    return answer && { ...answer, patienceMs: this.#services.settings.slowReader.timeoutMs };
  }

  /** What is under way is authorized anew before it is answered; there is no subscription to end. */
  async revoke(_channel: string | undefined): Promise<number> {
    this.#dialogue?.revoke();
    return 0;
  }

  /** Ends the visit when it is this user's; one that may turn out to be theirs is ended then. */
  disconnectUser(userId: string): boolean {
    if (this.#isOver) return false;
    if (this.#isAsking) this.#bannedMeanwhile.add(userId);
    if (this.#user?.id !== userId) return false;
    this.outbox.give(unauthenticated());
    return true;
  }

  /** Tells the client when to come back. One that is writing waits for its answer, which comes soon. */
  sendAway(_why: "serviceRestart" | "overloaded" | "tooMany", afterMs: number): void {
    if (!this.#isWriting) this.outbox.give(restarting(afterMs));
  }

  /** What is not begun is dropped. */
  close(_why: CloseName | "internal"): void {
    this.#end();
  }

  terminate(): void {
    this.#end();
    this.#visitor.cut();
  }

  async #run(): Promise<void> {
    const away = await this.#enter();
    if (away) this.outbox.give(toTurnedAway(away));
    if (this.#isOver) return;
    this.#services.onCome(this);
    const refused = await this.#identify();
    const request = refused ?? this.#welcome();
    if (request instanceof VisitRequest) await this.#hearOut(request);
    else if (request) this.outbox.give(request);
  }

  /** Resolves when it is its turn, or to why not; never, when the peer goes before. */
  #enter(): Promise<TurnedAway | undefined> {
    return new Promise((resolve) => {
      const takeBack = this.#services.door.admit(this.request, resolve);
      whenAborted(this.#visitor.gone, takeBack);
    });
  }

  /** Asks the application who it is; resolves to the answer to whom it does not let in. */
  async #identify(): Promise<HttpAnswer | undefined> {
    const { request } = this;
    const token = bearerToken(request);
    const credentials = { request, ...(token !== undefined && { token }) };
    this.#isAsking = true;
    const result = await this.#services.access.authenticate(credentials, () => !this.#isOver);
    this.#isAsking = false;
    if (result.status !== "welcome") return toNotWelcome(result.status);
    if (result.user && !this.#mayCome(result.user)) return unauthenticated();
    this.#user = result.user;
    return undefined;
  }

  #mayCome({ id, expiresAt }: User): boolean {
    const now = this.#services.settings.clock.now();
    const isExpired = expiresAt !== undefined && expiresAt + protocolLimits.expiryGraceMs <= now;
    return !isExpired && !this.#bannedMeanwhile.has(id);
  }

  /** Lets it come to the desks, unless its user has had as much as they may. */
  #welcome(): VisitRequest | HttpAnswer | undefined {
    if (this.#isOver) return undefined;
    const { guests, admit, settings, access, onReport } = this.#services;
    const user = this.#user;
    const stranger = `address ${toAddressKey(this.request.remoteAddress)}`;
    const guest = guests.of(toPayer(user, stranger));
    if (guest.mutedMs > 0) return tooMany("too much of this was refused; wait", guest.mutedMs);
    if (!admit(this, user)) return tooMany("too many requests and connections at once");
    const { logger } = settings;
    const dialogue = new Dialogue({
      ...{ user, access, stranger, logger, outbox: this.outbox },
      onForbidden: () => guest.countRefusal(),
    });
    this.#dialogue = dialogue;
    const parts = {
      ...{ dialogue, guest },
      onReport: (report: Report) => {
        onReport(report, this);
        this.outbox.give({ status: 204 });
      },
      onWriting: () => {
        this.#isWriting = true;
      },
    };
    return new VisitRequest(parts, this.#services);
  }

  async #hearOut(request: VisitRequest): Promise<void> {
    const { maxMessageBytes } = this.#services.settings.limits;
    const body = await this.#readBody(maxMessageBytes);
    if (this.#isOver || body.status === "gone") return;
    if (body.status === "read") await request.handle(body.text);
    else this.outbox.give(toBadBody(body.status, maxMessageBytes));
  }

  #readBody(maxBytes: number): Promise<ReceivedBody | { readonly status: "late" }> {
    return new Promise((resolve) => {
      const { clock } = this.#services.settings;
      const stop = afterAwake(clock, bodyTimeoutMs, () => resolve({ status: "late" }));
      void this.#visitor.readBody(maxBytes).then(resolve).finally(stop);
    });
  }

  /** Nothing is begun from now on. */
  #end(): void {
    this.#isOver = true;
    if (this.#dialogue) this.#dialogue.isOpen = false;
  }

  #leave(): void {
    this.#end();
    this.outbox.close();
    this.#services.onGone(this);
  }
}

function whenAborted(signal: AbortSignal, callback: () => void): void {
  if (signal.aborted) callback();
  else signal.addEventListener("abort", callback, { once: true });
}
