import type { Clock } from "@runwire/protocol";
import {
  type ErrorMessage,
  isRetryable,
  RunwireError,
  type ServerMessage,
} from "@runwire/protocol";
import { hasTag } from "@runwire/serializer";
import { createRandomId } from "../environment.js";

/** The messages that answer a request. */
type Answer = Extract<ServerMessage, { readonly id?: string }>;
type AnswerOf<Type> = Extract<Answer, { readonly type: Type }>;

/** The error that a server answers with: a `RunwireError` with what the message said beside the code. */
export interface ServerError extends RunwireError {
  /** Of the first offending event of a publish. */
  readonly index?: number;
  /** The handler's own code, with `handler_failed`. */
  readonly reason?: string;
  readonly retryAfterMs?: number;
}

/** A request: sent when there is a connection, and again under the same id on the next one. */
interface RequestOptions<Type extends Answer["type"]> {
  /** The type of its answer. */
  readonly answer: Type;
  /** @default a random id */
  readonly id?: string;
  /** Builds the message's text. */
  text(id: string): string;
  /**
   * `publish` is never refused, and goes first on a new connection. `once` is not sent again: it rejects
   * with `connection_lost` when its connection ends, or when there is none.
   */
  readonly kind?: "publish" | "once";
  /** How often an answer that says “again” (`rate_limited`, `store_unavailable`) is taken at its word. @default 0 */
  readonly retries?: number;
  /** Puts the values of an answer back in place; asked only where its text holds a tag. */
  decode?(answer: AnswerOf<Type>): void;
}

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
  /** The server's limit, in bytes. */
  setMaxBytes(maxBytes: number): void;
}

export interface RequestsOptions {
  send(text: string): boolean;
  readonly clock: Clock;
  /** How many requests wait for a connection at most; publishes are not counted. */
  readonly queueLimit: number;
  readonly maxBytes: number;
}

export function createRequests({ send, clock, queueLimit, ...limits }: RequestsOptions): Requests {
  const entries = new Map<string, Entry>();
  let { maxBytes } = limits;
  let failure: Error | undefined;

  return {
    ask,
    settle,
    resume(kind) {
      for (const entry of entries.values()) if (!kind || entry.kind === kind) sendEntry(entry);
    },
    suspend(error) {
      for (const entry of entries.values()) {
        entry.isSent = false;
        if (entry.kind === "once") end(entry).reject(error);
      }
    },
    fail(error) {
      failure = error;
      if (error) for (const entry of entries.values()) end(entry).reject(error);
    },
    setMaxBytes(bytes) {
      maxBytes = bytes;
    },
  };

  async function ask<Type extends Answer["type"]>(
    request: RequestOptions<Type>,
  ): Promise<AnswerOf<Type>> {
    const { id = createRandomId(), answer, kind, retries = 0 } = request;
    // Two writers may count alike: an answer says no more than the id, so the second one waits.
    for (let same = entries.get(id); same; same = entries.get(id)) await whenEnded(same);
    const text = request.text(id);
    const refusal = failure ?? planRefusal(text, kind);
    if (refusal) throw refusal;
    return new Promise((resolve, reject) => {
      const entry: Entry = {
        ...{ id, text, answer, kind, retries, isSent: false, reject },
        resolve(message, frame) {
          // `settle` has compared the types.
          const own = message as AnswerOf<Type>;
          if (request.decode && hasTag(frame)) request.decode(own);
          resolve(own);
        },
      };
      entries.set(id, entry);
      sendEntry(entry);
      if (kind === "once" && !entry.isSent) end(entry).reject(lost());
    });
  }

  function whenEnded(entry: Entry): Promise<void> {
    return new Promise((done) => {
      const { resolve, reject } = entry;
      entry.resolve = (answer, frame) => {
        resolve(answer, frame);
        done();
      };
      entry.reject = (error) => {
        reject(error);
        done();
      };
    });
  }

  function planRefusal(text: string, kind: Entry["kind"]): Error | undefined {
    // The server would close with 1009, and a client stops at that.
    if (isLarger(text, maxBytes))
      return new RunwireError(
        "message_too_big",
        `a message holds ${maxBytes} bytes at most; send less`,
      );
    if (kind) return undefined;
    const waiting = [...entries.values()].filter((entry) => !entry.isSent && !entry.kind);
    return waiting.length < queueLimit
      ? undefined
      : new RunwireError(
          "queue_full",
          `${queueLimit} requests wait for a connection; try again later`,
        );
  }

  function sendEntry(entry: Entry): void {
    if (!entry.isSent) entry.isSent = send(entry.text);
  }

  function end(entry: Entry): Entry {
    entries.delete(entry.id);
    return entry;
  }

  function settle(message: Answer, text: string): boolean {
    const entry = entries.get(message.id ?? "");
    if (!entry || (message.type !== "error" && message.type !== entry.answer)) return false;
    if (message.type !== "error") end(entry).resolve(message, text);
    else if (entry.retries > 0 && isRetryable(message.code)) retryLater(entry, message);
    else end(entry).reject(toError(message));
    return true;
  }

  function retryLater(entry: Entry, { retryAfterMs = 1_000 }: ErrorMessage): void {
    entry.retries--;
    clock.after(retryAfterMs, () => {
      if (entries.get(entry.id) !== entry) return;
      entry.isSent = false;
      sendEntry(entry);
    });
  }
}

function lost(): Error {
  return new RunwireError("connection_lost", "there is no connection");
}

/** Measures only what may be too large: three bytes a code unit is the most that UTF-8 takes. */
function isLarger(text: string, maxBytes: number): boolean {
  return text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes;
}

/** The server's `error` as what a caller catches. */
export function toError({ code, message, index, reason, retryAfterMs }: ErrorMessage): ServerError {
  return Object.assign(
    new RunwireError(code, message),
    index !== undefined && { index },
    reason !== undefined && { reason },
    retryAfterMs !== undefined && { retryAfterMs },
  );
}
