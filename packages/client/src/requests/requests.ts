import { type Clock, type ErrorMessage, isRetryable, RunwireError } from "@runwire/protocol";
import { EventEmitter } from "eventemitter3";
import { decodeMessage } from "../decode-message.js";
import { createRandomId } from "../environment.js";
import { isLarger, toMessageText } from "./message-text.js";
import { createPace } from "./pace.js";
import type { Answer, AnswerOf, RequestOptions } from "./request-options.js";
import { toError } from "./server-error.js";

type Kind = "publish" | "once" | undefined;

/** A request that is unanswered. */
interface Entry {
  readonly kind: Kind;
  readonly text: string;
  isSent: boolean;
  /** Takes a message under its id; `false` where that is no answer to it. */
  settle(message: Answer, text: string): boolean;
  reject(error: Error): void;
}

export interface Requests {
  /** Rejects with the server's {@link ServerError}, `queue_full`, `message_too_big`, or what `fail` was given. */
  ask<Type extends Answer["type"]>(request: RequestOptions<Type>): Promise<AnswerOf<Type>>;
  /** Takes an answer, and the text that it was parsed from; `false` when nobody waits for it. */
  settle(message: Answer, text: string): boolean;
  /** Sends what is not sent yet: the publishes alone, or all. */
  resume(kind?: "publish"): void;
  /** The connection has ended: nothing counts as sent any more. */
  suspend(): void;
  /** Rejects all that is unanswered, and from now on everything, until it is called without an error. */
  fail(error: Error | undefined): void;
}

export interface RequestsOptions {
  /** A connection is needed. */
  start(): void;
  send(text: string): boolean;
  readonly clock: Clock;
  /** How many requests wait for a connection at most; publishes are not counted. */
  readonly queueLimit: number;
  /** The server's limit. */
  maxBytes(): number;
}

export function createRequests(options: RequestsOptions): Requests {
  const { send, clock, queueLimit, maxBytes } = options;
  const entries = new Map<string, Entry>();
  /** Tells of each id that is free again. */
  const ended = new EventEmitter();
  const pace = createPace(clock, () => {
    const [next] = waiting();
    if (next) sendEntry(next);
    return next !== undefined;
  });
  let failure: Error | undefined;

  return {
    ask,
    settle: (message, text) => entries.get(message.id ?? "")?.settle(message, text) ?? false,
    resume(kind) {
      for (const entry of entries.values()) if (!kind || entry.kind === kind) sendEntry(entry);
    },
    suspend() {
      pace.stop();
      for (const entry of entries.values()) {
        entry.isSent = false;
        rejectUnsent(entry);
      }
    },
    fail(error) {
      failure = error;
      if (error) for (const entry of entries.values()) entry.reject(error);
    },
  };

  async function ask<Type extends Answer["type"]>(
    request: RequestOptions<Type>,
  ): Promise<AnswerOf<Type>> {
    const { id = createRandomId(), kind } = request;
    // Two writers may count alike: an answer says no more than the id, so the second one waits.
    while (entries.has(id)) await new Promise<void>((resolve) => ended.once(id, resolve));
    const text = toMessageText({ ...request.message, id }, request.members);
    const refusal = failure ?? planRefusal(text, kind);
    if (refusal) throw refusal;
    options.start();
    try {
      return await new Promise((resolve, reject) => enter(id, text, request, resolve, reject));
    } finally {
      entries.delete(id);
      ended.emit(id);
    }
  }

  function planRefusal(text: string, kind: Kind): Error | undefined {
    // The server would close with 1009, and a client stops at that.
    if (isLarger(text, maxBytes()))
      return new RunwireError(
        "message_too_big",
        `a message may hold ${maxBytes()} bytes; send less`,
      );
    if (kind || waiting().length < queueLimit) return undefined;
    return new RunwireError("queue_full", `${queueLimit} requests wait for a connection`);
  }

  function enter<Type extends Answer["type"]>(
    id: string,
    text: string,
    { answer, kind, retries = 0, decodeValues }: RequestOptions<Type>,
    resolve: (answer: AnswerOf<Type>) => void,
    reject: (error: Error) => void,
  ): void {
    const entry: Entry = { kind, text, isSent: false, settle, reject };
    entries.set(id, entry);
    sendEntry(entry);
    rejectUnsent(entry);

    function settle(message: Answer, frame: string): boolean {
      if (message.type === "error") refuse(message);
      if (message.type !== answer) return message.type === "error";
      if (decodeValues) decodeMessage(message, frame);
      // The types are the same.
      resolve(message as AnswerOf<Type>);
      return true;
    }

    function refuse(error: ErrorMessage): void {
      const { code, retryAfterMs = 1_000 } = error;
      const isTooFast = code === "rate_limited";
      if (isTooFast) pace.hold(retryAfterMs);
      if (!isRetryable(code) || retries-- <= 0) reject(toError(error));
      else if (isTooFast) entry.isSent = false;
      else clock.after(retryAfterMs, sendAgain);
    }

    function sendAgain(): void {
      if (entries.get(id) !== entry) return;
      entry.isSent = false;
      sendEntry(entry);
    }
  }

  /** Those that may have to wait for their turn. */
  function waiting(): readonly Entry[] {
    return [...entries.values()].filter((entry) => !entry.isSent && !entry.kind);
  }

  function sendEntry(entry: Entry): void {
    if (!entry.isSent && (entry.kind || !pace.isHeld())) entry.isSent = send(entry.text);
  }

  /** One that is sent on this connection or never. */
  function rejectUnsent({ kind, isSent, reject }: Entry): void {
    if (kind === "once" && !isSent)
      reject(new RunwireError("connection_lost", "the connection was closed"));
  }
}
