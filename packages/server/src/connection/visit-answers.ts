import type { AuthenticationResult } from "./access.js";
import type { TurnedAway } from "./door.js";
import { type HttpAnswer, toErrorAnswer } from "./http-answer.js";
import { turnedAwayAnswers } from "./turned-away.js";
import type { ReceivedBody } from "./visitor.js";

/** The answer to who is not let in for now; nothing was done. */
export function toTurnedAway({ reason, retryAfterMs }: TurnedAway): HttpAnswer {
  const { status, why } = turnedAwayAnswers[reason];
  return toErrorAnswer("rate_limited", why, { status, retryAfterMs });
}

/** The answer to whom the application does not know, or not any more. */
export function unauthenticated(): HttpAnswer {
  return toErrorAnswer("unauthenticated", "no credentials, or none that are good");
}

/** The answer to who is not welcome, by what became of their credentials. */
export function toNotWelcome(
  status: Exclude<AuthenticationResult["status"], "welcome">,
): HttpAnswer {
  switch (status) {
    case "refused":
      return unauthenticated();
    case "failed":
      return toErrorAnswer("internal", "the credentials could not be checked");
    case "busy":
      return tooMany("too many credentials are checked now", defaultRetryMs);
  }
}

const defaultRetryMs = 1_000;

/** The answer to who has as much as they may; nothing was done. */
export function tooMany(why: string, retryAfterMs = defaultRetryMs): HttpAnswer {
  return toErrorAnswer("rate_limited", why, { retryAfterMs: Math.ceil(retryAfterMs) });
}

/**
 * The answer to who is under way while the server takes its leave: what they asked may have been done, and is done
 * once when it is asked again under the same id.
 */
export function restarting(retryAfterMs: number): HttpAnswer {
  const why = "the server is restarting; send the same request again";
  return toErrorAnswer("store_unavailable", why, { retryAfterMs: Math.max(1, retryAfterMs) });
}

/** The answer to a body that is none. */
export function toBadBody(
  status: Exclude<ReceivedBody["status"], "read" | "gone"> | "late",
  maxBytes: number,
): HttpAnswer {
  switch (status) {
    case "late":
      return toErrorAnswer("bad_message", "the body took too long", { status: 408 });
    case "too_large":
      return toErrorAnswer("bad_message", `the body may have ${maxBytes} bytes`, { status: 413 });
    case "not_text":
      return toErrorAnswer("bad_message", "the body must be UTF-8");
  }
}
