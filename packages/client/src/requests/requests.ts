import { type Clock, type ErrorMessage, isRetryable, RunwireError } from "@runwire/protocol";
import { hasTag } from "@runwire/serializer";
import { EventEmitter } from "eventemitter3";
import { createRandomId } from "../environment.js";
import { isLarger, toMessageText } from "./message-text.js";
import { createPace } from "./pace.js";
import type { Answer, AnswerOf, RequestOptions } from "./request-options.js";
import { toError } from "./server-error.js";

interface Entry {
  readonly id: string;
  readonly text: string;
  readonly answer: string;
  readonly kind: "publish" | "once" | undefined;
  isSent: boolean;
  retries: number;
  resolve(answer: Answer, text: string): void;
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
  suspend(error: Error): void;
  /** Rejects all that is unanswered, and from now on everything, until it is called without an error. */
  fail(error: Error | undefined): void;
}

export interface RequestsOptions {
  send(text: string): boolean;
  readonly clock: Clock;
  /** How many requests wait for a connection at most; publishes are not counted. */
  readonly queueLimit: number;
  /** The server's limit. */
  maxBytes(): number;
}

export function createRequests(options: RequestsOptions): Requests {
  const { send, clock, queueLimit } = options;
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
    settle,
    resume,
    suspend(error) {
      pace.stop();
      for (const entry of entries.values()) {
        entry.isSent = false;
        if (entry.kind === "once") end(entry).reject(error);
      }
    },
    fail(error) {
      failure = error;
      if (error) for (const entry of entries.values()) end(entry).reject(error);
    },
  };

  async function ask<Type extends Answer["type"]>(
    request: RequestOptions<Type>,
  ): Promise<AnswerOf<Type>> {
    const { id = createRandomId(), answer, kind, retries = 0, decode } = request;
    // Two writers may count alike: an answer says no more than the id, so the second one waits.
    while (entries.has(id)) await new Promise<void>((resolve) => ended.once(id, resolve));
    const text = toMessageText({ ...request.message, id }, request.members);
    const refusal = failure ?? planRefusal(text, kind);
    if (refusal) throw refusal;
    return new Promise((resolve, reject) => {
      const entry: Entry = {
        ...{ id, text, answer, kind, retries, isSent: false, reject },
        resolve(message, frame) {
          // `settle` has compared the types.
          const own = message as AnswerOf<Type>;
          if (decode && hasTag(frame)) decode(own);
          resolve(own);
        },
      };
      entries.set(id, entry);
      sendEntry(entry);
      if (kind === "once" && !entry.isSent) end(entry).reject(lost());
    });
  }

  function planRefusal(text: string, kind: Entry["kind"]): Error | undefined {
    // The server would close with 1009, and a client stops at that.
    const maxBytes = options.maxBytes();
    if (isLarger(text, maxBytes))
      return new RunwireError(
        "message_too_big",
        `a message holds ${maxBytes} bytes at most; send less`,
      );
    if (kind) return undefined;
    return waiting().length < queueLimit
      ? undefined
      : new RunwireError(
          "queue_full",
          `${queueLimit} requests wait for a connection; try again later`,
        );
  }

  /** Those that may have to wait for their turn. */
  function waiting(): readonly Entry[] {
    return [...entries.values()].filter((entry) => !entry.isSent && !entry.kind);
  }

  function resume(kind?: "publish"): void {
    for (const entry of entries.values()) if (!kind || entry.kind === kind) sendEntry(entry);
  }

  function sendEntry(entry: Entry): void {
    if (!entry.isSent && (entry.kind || !pace.isHeld())) entry.isSent = send(entry.text);
  }

  function end(entry: Entry): Entry {
    entries.delete(entry.id);
    ended.emit(entry.id);
    return entry;
  }

  function settle(message: Answer, text: string): boolean {
    const entry = entries.get(message.id ?? "");
    if (message.type === entry?.answer) end(entry).resolve(message, text);
    else if (entry && message.type === "error") refuse(entry, message);
    else return false;
    return true;
  }

  function refuse(entry: Entry, error: ErrorMessage): void {
    const { code, retryAfterMs = 1_000 } = error;
    const isTooFast = code === "rate_limited";
    if (isTooFast) pace.hold(retryAfterMs);
    if (!isRetryable(code) || entry.retries-- <= 0) end(entry).reject(toError(error));
    else if (isTooFast) entry.isSent = false;
    else clock.after(retryAfterMs, () => sendAgain(entry));
  }

  function sendAgain(entry: Entry): void {
    if (entries.get(entry.id) !== entry) return;
    entry.isSent = false;
    sendEntry(entry);
  }
}

function lost(): Error {
  return new RunwireError("connection_lost", "there is no connection");
}
