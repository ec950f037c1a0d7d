import { type Clock, systemClock } from "@runwire/protocol";
import WS from "isomorphic-ws";
import type { ClientReport } from "./client-types.js";
import { type Backoff, defaultBackoff } from "./connection/backoff.js";
import type { TokenSource } from "./connection/credentials.js";
import type { WebSocketConstructor } from "./connection/transport.js";
import { browserPage, type PageSignals } from "./page-signals.js";

/** Options of `createRunwireClient`. */
export interface RunwireClientOptions {
  /**
   * Where the server is: `wss:`, `ws:`, `https:` or `http:`, or in a page a path relative to it. Never
   * holds a token: addresses end up in logs.
   */
  readonly url: string;
  /**
   * Who we are: a token, or a function that gives one; absent where cookies say it. The function is asked
   * for each connection, and again before the credentials run out; it has 10 s.
   */
  readonly token?: TokenSource;
  /** Opens sockets. @default the platform's in browsers, `ws` in Node */
  readonly WebSocket?: WebSocketConstructor;
  /** Whether a Date arrives as a Date; `false` leaves the JSON with its tags. @default true */
  readonly decodeValues?: boolean;
  /** How many requests wait for a connection before the next one is refused with `queue_full`. @default 100 */
  readonly queueLimit?: number;
  /** Told of what was survived: a malformed message, a hole, a listener that threw. */
  readonly onReport?: (report: ClientReport) => void;
  /** When to wait how long between attempts; what is absent stays as it is. @default {@link defaultBackoff} */
  readonly backoff?: Partial<Backoff>;
  /** How long a connection may take to answer after sleep or on another network, milliseconds. @default 2000 */
  readonly probeMs?: number;
  /** How long a subscription outlives its last listener, milliseconds. @default 5000 */
  readonly lingerMs?: number;
  /** Tells when the page goes and comes back. @default the page's own events, where there is a page */
  readonly page?: PageSignals;
  /** @default the system's */
  readonly clock?: Clock;
  /** 0 to 1, for the jitter of the backoff. @default Math.random */
  readonly random?: () => number;
}

/** What is not given is taken from here, except `url`. */
const defaults = {
  token: undefined,
  onReport: undefined,
  WebSocket: undefined,
  decodeValues: true,
  queueLimit: 100,
  probeMs: 2_000,
  lingerMs: 5_000,
  page: browserPage,
  clock: systemClock,
  random: () => Math.random(),
} as const;

export function resolveOptions(options: RunwireClientOptions) {
  return {
    ...defaults,
    ...options,
    backoff: { ...defaultBackoff, ...options.backoff },
    /** Asked for late: a platform without any has a use for a client that never connects. */
    WebSocket: () => options.WebSocket ?? isomorphicWebSocket(),
  };
}

function isomorphicWebSocket(): WebSocketConstructor {
  // A CommonJS build that was bundled for a browser finds the class under `default`.
  const found: unknown = typeof WS === "function" ? WS : (WS as { default?: unknown }).default;
  // `ws` and the browsers' class both take an address and protocols.
  return found as WebSocketConstructor;
}
