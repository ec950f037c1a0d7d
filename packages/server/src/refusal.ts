import { type ErrorCode, isErrorCode, isRunwireError, RunwireError } from "@runwire/protocol";

/** What an `error` message says beside its code. */
export interface RefusalDetails {
  /** Of the first offending event of a publish. */
  readonly index?: number;
  /** The handler's own code, with `handler_failed`. */
  readonly reason?: string;
  readonly retryAfterMs?: number;
}

/** Why a request was refused, with a code of the protocol. */
export class Refusal extends RunwireError<ErrorCode> {
  readonly details: RefusalDetails;

  constructor(code: ErrorCode, message: string, details: RefusalDetails = {}) {
    super(code, message);
    this.details = details;
  }
}

/** Alike for a channel that exists and one that does not. */
export function forbidden(): Refusal {
  return new Refusal("forbidden", "you may not do this in this channel");
}

/**
 * What a peer is told of an error: of ours the code and the sentence; of anything else that something failed,
 * and nothing of what it says (`detail` is for the log).
 */
export function toRefusal(error: unknown): {
  readonly refusal: Refusal;
  readonly isForeign: boolean;
} {
  if (error instanceof Refusal) return { refusal: error, isForeign: false };
  if (isRunwireError(error) && isErrorCode(error.code))
    return { refusal: new Refusal(error.code, describe(error.code)), isForeign: true };
  return { refusal: new Refusal("internal", describe("internal")), isForeign: true };
}

/** A store's own message may name a file or a query. */
function describe(code: ErrorCode): string {
  switch (code) {
    case "store_unavailable":
      return "the log does not answer; send the same request again";
    case "store_full":
      return "the log has no room; nothing was written";
    default:
      return "the server could not do this";
  }
}
