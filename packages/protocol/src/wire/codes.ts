/**
 * The close and error codes: one table each, read by the server, the client, the tests and `PROTOCOL.md`.
 */

/** What a client does when a connection was closed with a code. */
export type ReconnectRule =
  /** Comes back with backoff, honouring `reconnect.afterMs`. */
  | "backoff"
  /** Asks the application for a fresh token once, then stops. */
  | "fresh-token"
  /** Stops, and says why. */
  | "stop";

/** One row of {@link closeCodes}. */
export interface CloseCode {
  readonly code: number;
  /** What the close frame says; never holds anything that a user wrote. */
  readonly reason: string;
  readonly client: ReconnectRule;
}

/** Why a server closes a connection. Any other code means: come back with backoff. */
export const closeCodes = {
  binaryFrame: { code: 1003, reason: "binary frame", client: "stop" },
  invalidUtf8: { code: 1007, reason: "invalid UTF-8", client: "stop" },
  messageTooBig: { code: 1009, reason: "message too big", client: "stop" },
  serviceRestart: { code: 1012, reason: "service restart", client: "backoff" },
  overloaded: { code: 1013, reason: "overloaded, try again later", client: "backoff" },
  notAMessage: { code: 4400, reason: "not a message", client: "stop" },
  unauthenticated: { code: 4401, reason: "not authenticated", client: "fresh-token" },
  forbidden: { code: 4403, reason: "forbidden", client: "stop" },
  helloTimeout: { code: 4408, reason: "no hello in time", client: "backoff" },
  replaced: { code: 4409, reason: "ended by an administrator", client: "stop" },
  slowReader: { code: 4410, reason: "reads too slowly", client: "backoff" },
  tooMany: { code: 4429, reason: "too many messages or connections", client: "backoff" },
} as const satisfies Record<string, CloseCode>;

/** The name of a row of {@link closeCodes}. */
export type CloseName = keyof typeof closeCodes;

/** What a client does after a close with `code`. */
export function reconnectRuleOf(code: number): ReconnectRule {
  for (const row of Object.values(closeCodes)) if (row.code === code) return row.client;
  return "backoff";
}

/** One row of {@link errorCodes}. */
export interface ErrorCodeRow {
  /** The status that the plain HTTP routes answer with. */
  readonly httpStatus: number;
  /** Whether the same request may be sent again, unchanged, with a chance of success. */
  readonly isRetryable: boolean;
}

/** The codes of `error` messages; each answers one request and leaves the connection open. */
export const errorCodes = {
  bad_message: { httpStatus: 400, isRetryable: false },
  unauthenticated: { httpStatus: 401, isRetryable: false },
  forbidden: { httpStatus: 403, isRetryable: false },
  too_many_subscriptions: { httpStatus: 429, isRetryable: false },
  rate_limited: { httpStatus: 429, isRetryable: true },
  invalid_event: { httpStatus: 400, isRetryable: false },
  lifecycle_violation: { httpStatus: 409, isRetryable: false },
  event_too_large: { httpStatus: 413, isRetryable: false },
  run_not_found: { httpStatus: 404, isRetryable: false },
  run_completed: { httpStatus: 409, isRetryable: false },
  run_taken: { httpStatus: 409, isRetryable: false },
  no_handler: { httpStatus: 409, isRetryable: false },
  handler_timeout: { httpStatus: 504, isRetryable: false },
  already_resolved: { httpStatus: 409, isRetryable: false },
  handler_failed: { httpStatus: 502, isRetryable: false },
  store_unavailable: { httpStatus: 503, isRetryable: true },
  store_full: { httpStatus: 503, isRetryable: true },
  internal: { httpStatus: 500, isRetryable: false },
} as const satisfies Record<string, ErrorCodeRow>;

/** A code of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes;

/** Whether `value` is one of {@link errorCodes}. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(errorCodes, value);
}

/** Whether a request that was answered with `code` may be sent again unchanged. */
export function isRetryable(code: string): boolean {
  return isErrorCode(code) && errorCodes[code].isRetryable;
}
