import type { IncomingMessage } from "node:http";
import type { ConnectRequest } from "../users.js";
import type { EntranceRules } from "./entrance.js";
import { toConnectRequest } from "./entrance.js";

/**
 * What lets a page of an allowed origin read an answer, its cookies sent along. The origin is named as it is, and
 * never `*`; ask only for who has passed `whyForeign`.
 */
export function shareHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const { origin } = headers;
  // What one origin may read must not be kept for another.
  if (origin === undefined) return { vary: "Origin" };
  return {
    vary: "Origin",
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": "Retry-After",
  };
}

/** What a browser is told before it sends a page's request: which method and headers may come. */
export const preflightHeaders = {
  "access-control-allow-methods": "POST",
  "access-control-allow-headers": "Authorization, Content-Type",
  "access-control-max-age": "600",
} as const;

/**
 * The request as the application sees it. Cookies count only where an allowed `Origin` says who sent them: a browser
 * adds them to whatever any page sends, and names its origin with every POST.
 */
export function withoutStrayCookies(
  request: IncomingMessage,
  rules: EntranceRules,
): ConnectRequest {
  const asked = toConnectRequest(request, rules);
  if (request.headers.origin !== undefined) return asked;
  const { cookie: _stray, ...headers } = asked.headers;
  return { ...asked, headers };
}
