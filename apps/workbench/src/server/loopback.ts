import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

const LOOPBACK_NAMES = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Whether a `Host` (`127.0.0.1:4000`) or an `Origin` (`http://localhost:4000`) names this machine.
 *
 * The workbench reads a person's files. A page of another site can make the browser send requests here
 * (it shows a foreign `Origin`), and by a DNS name that it points to 127.0.0.1 even as its own (it shows
 * a foreign `Host`); both are refused.
 */
export function isLoopback(hostOrOrigin: string): boolean {
  const text = hostOrOrigin.includes("://") ? hostOrOrigin : `http://${hostOrOrigin}`;
  return URL.canParse(text) && LOOPBACK_NAMES.has(new URL(text).hostname);
}

/** Answers 403 to what does not come from this machine by name, and hands on the rest. */
export function refuseForeign(
  next: (request: IncomingMessage, response: ServerResponse) => void,
): RequestListener {
  return (request, response) => {
    const { host, origin } = request.headers;
    if (host !== undefined && isLoopback(host) && (origin === undefined || isLoopback(origin)))
      return next(request, response);
    response.writeHead(403, { "content-type": "text/plain; charset=utf-8" });
    response.end("The workbench answers only to this machine, as 127.0.0.1 or localhost.\n");
  };
}
