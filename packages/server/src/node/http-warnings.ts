import type { Server } from "node:http";
import type { Server as SecureServer } from "node:https";
import type { Logger } from "../logger.js";
import type { Arrival } from "./arrival.js";

/** The longest time for a request's head that is no reason to warn, milliseconds: Node's own. */
const longestHeadMs = 60_000;

/** What is looked at of the application's HTTP server. */
export interface WatchedHttp {
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  readonly listeners: readonly object[];
}

/** What the application has set, or left out, that its HTTP server or its sockets will suffer from. */
export function problemsOf(
  { headersTimeout, requestTimeout, listeners }: WatchedHttp,
  isOurs: (listener: object) => boolean,
): readonly string[] {
  return [
    ...(headersTimeout === 0 || headersTimeout > longestHeadMs
      ? ["http.headersTimeout is 0, or more than 60 s: requests that never end stay for that long"]
      : []),
    ...(requestTimeout === 0
      ? ["http.requestTimeout is 0: requests whose body never ends stay for ever"]
      : []),
    ...(listeners.some((listener) => !isOurs(listener))
      ? [
          'somebody else listens for "upgrade" too; make sure that it leaves the path of runwire alone, and takes ' +
            "or ends every other one",
        ]
      : []),
  ];
}

/**
 * Tells of problems once the HTTP server listens, when the application has set what it sets. Returns what takes that
 * back.
 */
export function warnWhenListening(
  http: Server | SecureServer,
  logger: Logger,
  isOurs: (listener: object) => boolean,
): () => void {
  const warn = () => {
    const { headersTimeout, requestTimeout } = http;
    const watched = { headersTimeout, requestTimeout, listeners: http.listeners("upgrade") };
    for (const problem of problemsOf(watched, isOurs)) logger.warn(problem);
  };
  if (http.listening) warn();
  else http.once("listening", warn);
  return () => void http.off("listening", warn);
}

const loopback: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Makes what tells, once, that a trusted proxy is reached without encryption: everybody on the way reads along. */
export function createPlainHttpWarning(logger: Logger): (arrival: Arrival) => void {
  let isTold = false;
  return ({ protocol, host = "" }) => {
    const name = host.replace(/:\d+$/, "");
    if (isTold || protocol !== "http:" || loopback.has(name)) return;
    isTold = true;
    logger.warn("clients reach the proxy over plain http (X-Forwarded-Proto); serve it behind TLS");
  };
}
