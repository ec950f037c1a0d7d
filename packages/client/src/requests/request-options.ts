import type { ServerMessage } from "@runwire/protocol";

/** The messages that answer a request. */
export type Answer = Extract<ServerMessage, { readonly id?: string }>;
export type AnswerOf<Type> = Extract<Answer, { readonly type: Type }>;

/** A request: sent when there is a connection, and again under the same id on the next one. */
export interface RequestOptions<Type extends Answer["type"]> {
  /** The type of its answer. */
  readonly answer: Type;
  /** @default a random id */
  readonly id?: string;
  /** All of it but the id. */
  readonly message: { readonly type: string; readonly [member: string]: unknown };
  /** Members that are JSON text already, each with the comma before it. */
  readonly members?: string;
  /**
   * `publish` is never refused, and goes first on a new connection. `once` is not sent again: it rejects
   * with `connection_lost` when its connection ends, or when there is none.
   */
  readonly kind?: "publish" | "once";
  /** How often an answer that says “again” is taken at its word; `rate_limited` is until `timeoutMs`. @default 0 */
  readonly retries?: number;
  /**
   * How long it waits for its turn where the server finds our requests too many, milliseconds; then it rejects
   * with `rate_limited`. Who has the least time left goes first. @default without end
   */
  readonly timeoutMs?: number;
  /** Ends it, whatever became of it. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the values of its answer are put back in place. @default false */
  readonly decodeValues?: boolean;
}
