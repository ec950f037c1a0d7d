import type { Clock, Pong, Welcome } from "@runwire/protocol";
import type { ClientReport } from "../client-types.js";
import { createTimer } from "../environment.js";
import type { Requests } from "./requests.js";

export interface TokenRefreshOptions {
  readonly clock: Clock;
  readonly requests: Requests;
  report(report: ClientReport): void;
  /** What the application gave; only a function gives another one. */
  readonly token?: unknown;
  askToken(): Promise<string | undefined>;
}

export interface TokenRefresh {
  /** When the credentials run out, and what time it is there. */
  receive(message: Welcome | Pong): void;
  suspend(): void;
}

/** How long before the credentials run out a fresh token is asked for, where they last that long. */
const earlyMs = 60_000;

/**
 * Sends a fresh token before the credentials of the living connection run out.
 *
 * `expiresAt` is by the server's clock, and ours may be a day off: so the time is counted from the first
 * `pong`, which tells what time it is there.
 */
export function createTokenRefresh(options: TokenRefreshOptions): TokenRefresh {
  const { clock, requests, report, token } = options;
  const timer = createTimer(clock);
  let expiresAt: number | undefined;
  return {
    receive(message) {
      if (message.type === "welcome") {
        timer.clear();
        expiresAt = message.expiresAt;
      } else if (expiresAt !== undefined && typeof token === "function") {
        const leftMs = expiresAt - message.now;
        expiresAt = undefined;
        timer.set(Math.max(leftMs - earlyMs, leftMs / 2), refresh);
      }
    },
    suspend: timer.clear,
  };

  async function refresh(): Promise<void> {
    try {
      const token = await options.askToken();
      // The application has none any more.
      if (token === undefined) return;
      const answer = await requests.ask({
        answer: "authenticated",
        kind: "once",
        message: { type: "authenticate", token },
      });
      expiresAt = answer.expiresAt;
    } catch (cause) {
      // The old credentials go on until they run out; then 4401 asks for a token once more.
      report({ code: "server_error", message: "no fresh token", cause });
    }
  }
}
