import type { ConnectRequest } from "./users.js";

/** How far causes are followed. */
const mostCauses = 5;
/** What is shorter is found in texts that have nothing to do with it. */
const shortestSecret = 6;

/**
 * What of an error may be logged: name, message, stack, `code` and causes. Errors of HTTP clients and databases carry
 * whole requests along, with headers and values. What is no error is said by its type alone, but for a text.
 *
 * `secrets` are taken out of its texts, wherever they stand.
 */
export function toLoggable(
  error: unknown,
  secrets: readonly string[] = [],
  causes: number = mostCauses,
): unknown {
  const hide = (text: string) =>
    secrets.reduce((hidden, secret) => hidden.replaceAll(secret, "[hidden]"), text);
  if (typeof error === "string") return hide(error);
  if (!(error instanceof Error)) return error === undefined ? undefined : `a ${typeof error}`;
  const cause = causes > 0 ? toLoggable(error.cause, secrets, causes - 1) : undefined;
  const copy = new Error(hide(error.message), cause === undefined ? {} : { cause });
  copy.name = error.name;
  copy.stack = hide(error.stack ?? "");
  return "code" in error && typeof error.code === "string"
    ? Object.assign(copy, { code: error.code })
    : copy;
}

/** What a client showed to prove who it is, whole and in parts, as it may come back in the text of an error. */
export function secretsOf(token: string | undefined, { headers }: ConnectRequest): string[] {
  const { authorization = "", cookie = "" } = headers;
  const values = String(cookie)
    .split(";")
    .map((pair) => pair.slice(pair.indexOf("=") + 1));
  return [
    token ?? "",
    String(cookie),
    String(authorization),
    ...String(authorization).split(" "),
    ...values,
  ]
    .map((secret) => secret.trim())
    .filter((secret) => secret.length >= shortestSecret)
    .sort((one, other) => other.length - one.length);
}
