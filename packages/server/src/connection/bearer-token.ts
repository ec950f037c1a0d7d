import type { ConnectRequest } from "../users.js";

/** The token of a request's `Authorization: Bearer …`. */
export function bearerToken({ headers }: ConnectRequest): string | undefined {
  const { authorization } = headers;
  const [scheme, token, ...more] =
    typeof authorization === "string" ? authorization.split(" ") : [];
  return scheme?.toLowerCase() === "bearer" && more.length === 0 ? token : undefined;
}
