import type { IncomingMessage } from "node:http";
import { RunwireError } from "@runwire/protocol";
import type { Arrival } from "./arrival.js";

/**
 * Which `Origin` may open a socket: `"same-host"` (the host and port that the request names in `Host`, or a trusted proxy in
 * `X-Forwarded-Host`), a list of
 * origins (`https://app.example.com`, compared whole), or a function. An empty list refuses every browser.
 */
export type AllowedOrigins = "same-host" | readonly string[] | ((origin: string) => boolean);

/** Which `Host` may be named: a list of names without port, or a function that gets the header. */
export type AllowedHosts = readonly string[] | ((host: string) => boolean);

/** What a client named, as far as it can be believed. */
type Named = Partial<Pick<Arrival, "host" | "protocol">>;

const loopbackNames = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Whether a request's `Origin` may open a socket. What sends none is no browser, and no page can act for it. A
 * function of the application that throws, or says anything but `true`, means no.
 */
export function isOriginAllowed(
  request: IncomingMessage,
  allowed: AllowedOrigins,
  arrival: Named = request.headers,
): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return true;
  if (typeof allowed === "function") return saysYes(allowed, origin);
  const asked = toOrigin(origin);
  if (asked === undefined) return false;
  if (allowed !== "same-host") return allowed.some((one) => isSame(toOrigin(one), asked));
  // Anybody on the way can write a page that comes without encryption.
  if (asked.protocol === "http:" && arrival.protocol === "https:") return false;
  const { host } = arrival;
  return host !== undefined && asked.host === toOrigin(`${asked.protocol}//${host}`)?.host;
}

/** Whether the request names a host that it may: else a page could reach this server by a DNS name of its own. */
export function isHostAllowed(
  request: IncomingMessage,
  allowed: AllowedHosts | undefined,
  { host }: Named = request.headers,
): boolean {
  if (allowed === undefined) return true;
  if (host === undefined) return false;
  if (typeof allowed === "function") return saysYes(allowed, host);
  const name = toOrigin(`http://${host}`)?.hostname;
  return name !== undefined && allowed.includes(name);
}

/** Who listens on loopback only is reached by its names only, unless the application says otherwise. */
export function defaultHosts(address: string | undefined): AllowedHosts | undefined {
  return address === "127.0.0.1" || address === "::1" ? loopbackNames : undefined;
}

/** @throws RunwireError `invalid_options` when something on the list is no origin, and so would match nothing */
export function checkOrigins(allowed: AllowedOrigins): void {
  if (typeof allowed === "function" || allowed === "same-host") return;
  const wrong = allowed.find((one) => toOrigin(one) === undefined);
  if (wrong !== undefined)
    throw new RunwireError(
      "invalid_options",
      `origins: "${wrong}" is no origin; give scheme and host, like "https://app.example.com"`,
    );
}

function saysYes(ask: (value: string) => boolean, value: string): boolean {
  try {
    // A promise is no answer: it would let everybody in.
    return ask(value) === true;
  } catch {
    return false;
  }
}

/** An origin and nothing else: no path, no user, no fragment. */
function toOrigin(text: string): URL | undefined {
  if (!URL.canParse(text) || /[@#?]/.test(text)) return undefined;
  const url = new URL(text);
  // Schemes that URL knows get a path of their own; those of apps and extensions have none.
  const isBare = url.pathname === "/" || url.pathname === "";
  return isBare && url.host !== "" ? url : undefined;
}

/** `URL.origin` is `"null"` for every scheme that URL does not know, so it says nothing about them. */
function isSame(one: URL | undefined, other: URL): boolean {
  return one !== undefined && one.protocol === other.protocol && one.host === other.host;
}
