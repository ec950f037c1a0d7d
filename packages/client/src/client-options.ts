import { type Clock, RunwireError, systemClock } from "@runwire/protocol";
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
  /**
   * Opens sockets. With one of yours nothing is asked by `fetch` when none opens.
   *
   * @default the platform's in browsers, `ws` in Node
   */
  readonly WebSocket?: WebSocketConstructor;
  /** Whether a Date arrives as a Date; `false` leaves the JSON with its tags. @default true */
  readonly decodeValues?: boolean;
  /** How many requests wait for a connection before the next one is refused with `queue_full`. @default 100 */
  readonly queueLimit?: number;
  /**
   * How many requests are sent and unanswered at once, one at least; the others wait for their turn. A server lets
   * 100 come at once by default. Publishes are not counted. @default 100
   */
  readonly unansweredLimit?: number;
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

/** What is not given is taken from here, except `url`, `token` and `onReport`. */
const defaults = {
  decodeValues: true,
  queueLimit: 100,
  unansweredLimit: 100,
  probeMs: 2_000,
  lingerMs: 5_000,
  page: browserPage,
  clock: systemClock,
  random: () => Math.random(),
} as const;

/** @throws RunwireError `invalid_options` */
export function resolveOptions({ token, onReport, ...options }: RunwireClientOptions) {
  const resolved = { ...defaults, ...options };
  const backoff = { ...defaultBackoff, ...options.backoff };
  refuseOtherKinds({ ...defaults, ...defaultBackoff }, { ...resolved, ...backoff });
  if (typeof token !== "function") refuseOtherKinds({ token: "" }, { token: token ?? "" });
  return {
    ...resolved,
    token,
    onReport,
    backoff,
    /** Asked for late: a platform without any has a use for a client that never connects. */
    WebSocket: () => options.WebSocket ?? isomorphicWebSocket(),
  };
}

/** For what no compiler saw: a number that a page took from its settings, say. */
function refuseOtherKinds(standards: object, given: { readonly [name: string]: unknown }): void {
  for (const [name, standard] of Object.entries(standards)) {
    const kind = typeof standard;
    const value = given[name];
    if (kind === "number" ? !(Number(value) >= 0) : typeof value !== kind)
      throw new RunwireError(
        "invalid_options",
        `${name} must be of type ${kind}${kind === "number" ? ", from 0" : ""}`,
      );
  }
}

function isomorphicWebSocket(): WebSocketConstructor {
  // A CommonJS build that was bundled for a browser finds the class under `default`.
  const found: unknown = (WS as { default?: unknown } | null)?.default ?? WS;
  // `ws` and the browsers' class both take an address and protocols.
  return found as WebSocketConstructor;
}
