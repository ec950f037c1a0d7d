/**
 * The close and error codes: one table each, read by the server, the client, the tests and `PROTOCOL.md`.
 *
 * What a client goes by (which codes stop it, which may be tried again) is said apart from the rest of the
 * rows, which is the server's: so a page does not load reasons and HTTP statuses that it never looks at.
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

/** The codes after which a client does anything but come back with backoff. */
const reconnectRules: { readonly [code: number]: ReconnectRule | undefined } = {
  1003: "stop",
  1007: "stop",
  1009: "stop",
  4400: "stop",
  4401: "fresh-token",
  4403: "stop",
  4409: "stop",
};

/**
 * What a client does after a close with `code`; a code that is not in the table means `backoff`.
 *
 * @example
 * reconnectRuleOf(4401); // "fresh-token"
 */
export function reconnectRuleOf(code: number): ReconnectRule {
  return reconnectRules[code] ?? "backoff";
}

/** Why a server closes a connection. Any other code means: come back with backoff. */
export const closeCodes = /* @__PURE__ */ completeRows(
  {
    binaryFrame: { code: 1003, reason: "binary frame" },
    invalidUtf8: { code: 1007, reason: "invalid UTF-8" },
    messageTooBig: { code: 1009, reason: "message too big" },
    serviceRestart: { code: 1012, reason: "service restart" },
    overloaded: { code: 1013, reason: "overloaded, try again later" },
    notAMessage: { code: 4400, reason: "not a message" },
    unauthenticated: { code: 4401, reason: "not authenticated" },
    forbidden: { code: 4403, reason: "forbidden" },
    helloTimeout: { code: 4408, reason: "no hello in time" },
    replaced: { code: 4409, reason: "ended by an administrator" },
    slowReader: { code: 4410, reason: "reads too slowly" },
    tooMany: { code: 4429, reason: "too many messages or connections" },
  },
  (row): CloseCode => ({ ...row, client: reconnectRuleOf(row.code) }),
);

/** The name of a row of {@link closeCodes}. */
export type CloseName = keyof typeof closeCodes;

/** One row of {@link errorCodes}. */
export interface ErrorCodeRow {
  /** The status that the plain HTTP routes answer with. */
  readonly httpStatus: number;
  /** Whether the same request may be sent again, unchanged, with a chance of success. */
  readonly isRetryable: boolean;
}

/** The codes that say: the same again, later. */
const retryableCodes: readonly string[] = ["rate_limited", "store_unavailable", "store_full"];

/**
 * Whether a request that was answered with `code` may be sent again unchanged.
 *
 * @example
 * isRetryable("store_unavailable"); // true
 */
export function isRetryable(code: string): boolean {
  return retryableCodes.includes(code);
}

/** The codes of `error` messages; each answers one request and leaves the connection open. */
export const errorCodes = /* @__PURE__ */ completeRows(
  {
    bad_message: 400,
    unauthenticated: 401,
    forbidden: 403,
    too_many_subscriptions: 429,
    rate_limited: 429,
    invalid_event: 400,
    lifecycle_violation: 409,
    event_too_large: 413,
    run_not_found: 404,
    run_completed: 409,
    run_taken: 409,
    no_handler: 409,
    handler_timeout: 504,
    already_resolved: 409,
    handler_failed: 502,
    store_unavailable: 503,
    store_full: 503,
    internal: 500,
  },
  (httpStatus, code): ErrorCodeRow => ({ httpStatus, isRetryable: isRetryable(code) }),
);

/** A code of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes;

/**
 * Whether `value` is one of {@link errorCodes}.
 *
 * @example
 * isErrorCode("run_completed"); // true
 */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(errorCodes, value);
}

function completeRows<Name extends string, Row, Complete>(
  rows: Readonly<Record<Name, Row>>,
  complete: (row: Row, name: string) => Complete,
): Readonly<Record<Name, Complete>> {
  const entries = Object.entries<Row>(rows).map(([name, row]) => [name, complete(row, name)]);
  // Name by name what `rows` holds.
  return Object.fromEntries(entries) as Record<Name, Complete>;
}
