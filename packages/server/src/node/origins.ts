import type { IncomingMessage } from "node:http";

/**
 * Which `Origin` may open a socket: `"same-host"` (the host and port that the request names in `Host`), a list of
 * origins (`https://app.example.com`, compared whole), or a function. An empty list refuses every browser.
 */
export type AllowedOrigins = "same-host" | readonly string[] | ((origin: string) => boolean);

/** Which `Host` may be named: a list of names without port, or a function that gets the header. */
export type AllowedHosts = readonly string[] | ((host: string) => boolean);

const loopbackNames = ["localhost", "127.0.0.1", "[::1]"];

/** Whether a request's `Origin` may open a socket. What sends none is no browser, and no page can act for it. */
export function isOriginAllowed(request: IncomingMessage, allowed: AllowedOrigins): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  if (typeof allowed === "function") return allowed(origin);
  const asked = toOrigin(origin);
  if (asked === undefined) return false;
  if (allowed !== "same-host") return allowed.some((one) => toOrigin(one)?.origin === asked.origin);
  return host !== undefined && asked.host === toOrigin(`${asked.protocol}//${host}`)?.host;
}

/** Whether the request names a host that it may: else a page could reach this server by a DNS name of its own. */
export function isHostAllowed(
  request: IncomingMessage,
  allowed: AllowedHosts | undefined,
): boolean {
  const { host } = request.headers;
  if (allowed === undefined) return true;
  if (host === undefined) return false;
  if (typeof allowed === "function") return allowed(host);
  const name = toOrigin(`http://${host}`)?.hostname;
  return name !== undefined && allowed.includes(name);
}

/** Who listens on loopback only is reached by its names only, unless the application says otherwise. */
export function defaultHosts(address: string | undefined): AllowedHosts | undefined {
  return address === "127.0.0.1" || address === "::1" ? loopbackNames : undefined;
}

/** An origin and nothing else: no path, no user, no fragment. */
function toOrigin(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isBare =
    url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "";
  return isBare && !text.includes("@") && !text.includes("#") ? url : undefined;
}
