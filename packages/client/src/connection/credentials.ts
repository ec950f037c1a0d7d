import { type Clock, RunwireError } from "@runwire/protocol";
import { within } from "../environment.js";

/** A token, or where to get one; asked for each connection, and before the credentials run out. */
export type TokenSource =
  | string
  | (() => string | undefined | Promise<string | undefined>)
  | undefined;

/** How long `token()` may take. */
const tokenTimeoutMs = 10_000;

/**
 * Asks for the token: once at a time, and not longer than 10 s.
 *
 * The promise rejects with `token_failed`.
 */
export function createCredentials(
  source: TokenSource,
  clock: Clock,
): () => Promise<string | undefined> {
  let asked: Promise<string | undefined> | undefined;
  return () => {
    asked ??= ask().finally(() => {
      asked = undefined;
    });
    return asked;
  };

  async function ask(): Promise<string | undefined> {
    if (typeof source !== "function") return source;
    try {
      return await within(clock, tokenTimeoutMs, source());
    } catch (cause) {
      throw new RunwireError("token_failed", `token() failed: ${String(cause)}`, { cause });
    }
  }
}
