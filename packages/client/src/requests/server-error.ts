import { type ErrorMessage, RunwireError } from "@runwire/protocol";

/** The error that a server answers with: a `RunwireError` with what the message said beside the code. */
export interface ServerError extends RunwireError {
  /** Of the first offending event of a publish. */
  readonly index?: number;
  /** The handler's own code, with `handler_failed`. */
  readonly reason?: string;
  readonly retryAfterMs?: number;
}

/** The server's `error` as what a caller catches. */
export function toError({
  type,
  id,
  channel,
  code,
  message,
  ...details
}: ErrorMessage): ServerError {
  return Object.assign(new RunwireError(code, message), details);
}
