import { type Clock, type ErrorMessage, isRetryable, RunwireError } from "@runwire/protocol";
import { EventEmitter } from "eventemitter3";
import { decodeMessage } from "../decode-message.js";
import { createRandomId, onAbort } from "../environment.js";
import { isLarger, toMessageText } from "./message-text.js";
import { createPace, retryMs } from "./pace.js";
import type { Answer, AnswerOf, RequestOptions } from "./request-options.js";
import { toError } from "./server-error.js";

type Kind = "publish" | "once" | undefined;

/** A request that is unanswered. */
interface Entry {
  readonly kind: Kind;
  readonly text: string;
  /** Until when it waits for its turn at the server's pace. */
  readonly deadline: number;
  isSent: boolean;
  /** Takes a message under its id; `false` where that is no answer to it. */
  settle(message: Answer, text: string): boolean;
  reject(error: Error): void;
}

export interface Requests {
  /**
   * Rejects with the server's {@link ServerError}, `queue_full`, `message_too_big`, what `fail` was given, or the
   * reason of its signal.
   */
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
  isConnected(): boolean;
  readonly clock: Clock;
  /** How many requests wait for a connection at most; publishes are not counted. */
  readonly queueLimit: number;
  /** How many are sent and unanswered at most, but for one at least; publishes are not counted. */
  readonly unansweredLimit: number;
  /** The server's limit. */
  maxBytes(): number;
}

export function createRequests(options: RequestsOptions): Requests {
  const { send, isConnected, clock, queueLimit, unansweredLimit, maxBytes } = options;
  const entries = new Map<string, Entry>();
  /** Tells of each id that is free again. */
  const ended = new EventEmitter();
  const pace = createPace(clock, sendNext);
  /** How many of those that are counted are sent and unanswered. */
  let unanswered = 0;
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
        mark(entry, false);
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
    const { id = createRandomId(), kind, signal } = request;
    // Two writers may count alike: an answer says no more than the id, so the second one waits.
    while (entries.has(id)) await new Promise<void>((resolve) => ended.once(id, resolve));
    signal?.throwIfAborted();
    const text = toMessageText({ ...request.message, id }, request.members);
    const refusal = failure ?? planRefusal(text, kind);
    if (refusal) throw refusal;
    options.start();
    // It is there when the promise is.
    let entry!: Entry;
    const answer = new Promise<AnswerOf<Type>>((resolve, reject) => {
      entry = enter(id, text, request, resolve, reject);
    });
    const stop = onAbort(signal, () =>
      entry.reject((!entry.isSent && pace.reason()) || signal?.reason),
    );
    try {
      return await answer;
    } finally {
      stop();
      mark(entry, false);
      entries.delete(id);
      ended.emit(id);
      sendNext();
    }
  }

  function planRefusal(text: string, kind: Kind): Error | undefined {
    // The server would close with 1009, and a client stops at that.
    if (isLarger(text, maxBytes()))
      return new RunwireError(
        "message_too_big",
        `a message may hold ${maxBytes()} bytes; send less`,
      );
    if (kind || isConnected() || waiting().length < queueLimit) return undefined;
    return new RunwireError("queue_full", `${queueLimit} requests wait for a connection`);
  }

  function enter<Type extends Answer["type"]>(
    id: string,
    text: string,
    {
      answer,
      kind,
      retries = 0,
      timeoutMs = Number.POSITIVE_INFINITY,
      decodeValues,
    }: RequestOptions<Type>,
    resolve: (answer: AnswerOf<Type>) => void,
    reject: (error: Error) => void,
  ): Entry {
    const deadline = clock.monotonic() + timeoutMs;
    const entry: Entry = { kind, text, deadline, isSent: false, settle, reject };
    entries.set(id, entry);
    sendEntry(entry);
    rejectUnsent(entry);
    return entry;

    function settle(message: Answer, frame: string): boolean {
      if (message.type === "error") refuse(message);
      if (message.type !== answer) return message.type === "error";
      if (decodeValues) decodeMessage(message, frame);
      // The types are the same.
      resolve(message as AnswerOf<Type>);
      return true;
    }

    function refuse(message: ErrorMessage): void {
      const error = toError(message);
      const { code, retryAfterMs = retryMs } = error;
      if (code === "rate_limited" && !kind) {
        pace.hold(error);
        mark(entry, false);
      } else if (isRetryable(code) && retries-- > 0) clock.after(retryAfterMs, sendAgain);
      else reject(error);
    }

    function sendAgain(): void {
      if (entries.get(id) !== entry) return;
      mark(entry, false);
      sendEntry(entry);
    }
  }

  /** Those that may have to wait for their turn. */
  function waiting(): readonly Entry[] {
    return [...entries.values()].filter((entry) => !entry.isSent && !entry.kind);
  }

  /** Sends the one with the least time left; whoever has waited for too long at the server's pace is told why. */
  function sendNext(reason?: Error): boolean {
    let next: Entry | undefined;
    for (const entry of waiting())
      if (reason && entry.deadline < clock.monotonic()) entry.reject(reason);
      else if (!next || entry.deadline < next.deadline) next = entry;
    if (next) sendEntry(next);
    return next !== undefined;
  }

  function sendEntry(entry: Entry): void {
    const mustWait = !entry.kind && (pace.reason() || unanswered >= (unansweredLimit || 1));
    if (!entry.isSent && !mustWait) mark(entry, send(entry.text));
  }

  function mark(entry: Entry, isSent: boolean): void {
    if (!entry.kind) unanswered += Number(isSent) - Number(entry.isSent);
    entry.isSent = isSent;
  }

  /** One that is sent on this connection or never. */
  function rejectUnsent({ kind, isSent, reject }: Entry): void {
    if (kind === "once" && !isSent)
      reject(new RunwireError("connection_lost", "the connection was closed"));
  }
}
