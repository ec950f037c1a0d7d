import {
  type ErrorCode,
  type ErrorMessage,
  errorCodes,
  type ServerMessage,
} from "@runwire/protocol";
import type { AnswerSink } from "./dialogue.js";

/** What answers a request over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  /** The message, JSON; absent with 204. */
  readonly text?: string;
  /** When to come again, milliseconds; with every 429 and 503. */
  readonly retryAfterMs?: number;
}

/** What one is told to wait where nothing says for how long, milliseconds. */
const defaultRetryMs = 1_000;

/** The answer that a message is; of an error the status of its code, unless another one is given. */
function toHttpAnswer(message: ServerMessage, status?: number): HttpAnswer {
  const text = JSON.stringify(message);
  if (message.type !== "error") return { status: 200, text };
  return toFailure(message, text, status ?? errorCodes[message.code].httpStatus);
}

function toFailure(message: ErrorMessage, text: string, status: number): HttpAnswer {
  if (status !== 429 && status !== 503) return { status, text };
  return { status, text, retryAfterMs: message.retryAfterMs ?? defaultRetryMs };
}

/** The answer to who is not heard out. */
export function toErrorAnswer(
  code: ErrorCode,
  message: string,
  given: { readonly status?: number; readonly retryAfterMs?: number | undefined } = {},
): HttpAnswer {
  const { status, retryAfterMs } = given;
  const details = retryAfterMs === undefined ? {} : { retryAfterMs };
  return toHttpAnswer({ type: "error", code, message, ...details }, status);
}

/** The place of the one answer that a request gets: the first one counts. */
export class AnswerSlot implements AnswerSink {
  /** `undefined` when nobody is there any more to be answered. */
  readonly answer: Promise<HttpAnswer | undefined>;
  readonly #onGiven: (bytes: number) => void;
  #resolve: (answer: HttpAnswer | undefined) => void = () => {};
  #isGiven = false;
  #bytes = 0;

  /** `onGiven` is told of the answer's bytes. */
  constructor(onGiven: (bytes: number) => void) {
    this.#onGiven = onGiven;
    this.answer = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** What the peer has not taken yet; all of it, until it has taken all. */
  get bufferedBytes(): number {
    return this.#bytes;
  }

  get ownBytes(): number {
    return this.#bytes;
  }

  get costBytes(): number {
    return this.#bytes;
  }

  send(message: ServerMessage): void {
    this.give(toHttpAnswer(message));
  }

  sendText(text: string): void {
    this.give({ status: 200, text });
  }

  /** Nothing came before it, and there is room for one. */
  inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    return work();
  }

  give(answer: HttpAnswer): void {
    if (this.#isGiven) return;
    this.#isGiven = true;
    this.#bytes = Buffer.byteLength(answer.text ?? "");
    this.#resolve(answer);
    this.#onGiven(this.#bytes);
  }

  /** The peer has it all, or is gone. */
  close(): void {
    this.#isGiven = true;
    this.#bytes = 0;
    this.#resolve(undefined);
  }
}
