import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { RunwireError } from "@runwire/protocol";
import { bearerToken } from "../connection/bearer-token.js";

/** Who may read the diagnostics. */
export interface DiagnosticsOptions {
  /** What `Authorization: Bearer …` must hold; 16 characters or more, of its own and nobody's else. */
  readonly token: string;
}

const shortestToken = 16;

/**
 * Makes the function that tells whether a request may read the diagnostics, in a time that says nothing of the token.
 *
 * @throws RunwireError `invalid_options`
 */
export function createDiagnosticsCheck({
  token,
}: DiagnosticsOptions): (request: IncomingMessage) => boolean {
  if (typeof token !== "string" || token.length < shortestToken)
    throw new RunwireError(
      "invalid_options",
      `diagnostics.token must be a text of ${shortestToken} characters or more`,
    );
  const expected = digest(token);
  return (request) => {
    const shown = bearerToken(request);
    return shown !== undefined && timingSafeEqual(digest(shown), expected);
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
