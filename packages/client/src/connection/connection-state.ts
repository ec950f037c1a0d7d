import type { Backoff } from "./backoff.js";

/**
 * The life of a connection:
 *
 *            start                authorized → open       opened             welcomed
 *   idle ───────────▶ connecting ───────────────────────────▶ handshaking ───────────▶ connected
 *                      ▲   ▲  │ lost, due                        │ lost, due               │ lost
 *            due, wake │   │  └────────────────┬─────────────────┴─────────────────────────┘
 *            reconnect │   │                   ▼                                           │ hide
 *                   waiting┼───◀── attempts left? ──▶ none: parked ◀───────────────────────┘
 *                          └───────────────────────────── due (every 5 min: one attempt),
 *                                                         wake, reconnect (fresh attempts)
 *   any ──close──▶ closed for good      lost with a code that says stop ──▶ closed; `reconnect` tries again
 *
 * Everything that a transport tells carries the transport's number: what an abandoned one still says
 * changes nothing. `connecting`, `handshaking`, `waiting` and `parked` have a time at which they end,
 * `connected` has its heartbeat; so no state can be stuck.
 */
export interface Facts {
  /** The number of the latest transport. */
  readonly transport: number;
  /** Of the attempts in a row, the one that is made, or due. */
  readonly attempt: number;
  /** The server has refused our credentials since a connection lasted. */
  readonly wasRefused: boolean;
  /** The server asked us to come back not earlier. */
  readonly notBefore: number;
  /** How long that notice was, milliseconds. */
  readonly noticeMs: number;
  /** Why the latest connection or attempt ended. */
  readonly error?: Error | undefined;
}

/** A state that ends by itself. */
interface Due {
  readonly dueAt: number;
}

export type ConnectionState = Facts &
  (
    | { readonly name: "idle" }
    | ({ readonly name: "connecting" } & Due)
    | ({ readonly name: "handshaking" } & Due)
    | { readonly name: "connected"; readonly since: number }
    | ({ readonly name: "waiting" } & Due)
    | ({ readonly name: "parked" } & Due)
    | { readonly name: "closed"; readonly isFinal: boolean }
  );

export type StateName = ConnectionState["name"];

interface OfTransport {
  readonly transport: number;
}

export type ConnectionEvent =
  /** Somebody needs the connection. */
  | { readonly type: "start" }
  /** Somebody asked for it now, whatever the backoff says. */
  | { readonly type: "reconnect" }
  /** The page or the network may have been away. */
  | { readonly type: "wake" }
  /** The page goes. */
  | { readonly type: "hide" }
  /** The state's time is over; that of `connected` is when a ping stays unanswered. */
  | { readonly type: "due" }
  | { readonly type: "close" }
  /** The credentials are there. */
  | ({ readonly type: "authorized" } & OfTransport)
  | ({ readonly type: "opened" } & OfTransport)
  | ({ readonly type: "welcomed" } & OfTransport)
  /** The server said `reconnect`. */
  | ({ readonly type: "notice"; readonly afterMs: number } & OfTransport)
  | ({ readonly type: "lost"; readonly code?: number; readonly error: Error } & OfTransport);

export type EventName = ConnectionEvent["type"];

export type ConnectionEffect = "ask-token" | "open" | "say-hello" | "probe" | "drop";

export interface Transition {
  readonly state: ConnectionState;
  readonly effect?: ConnectionEffect;
}

/** What a transition may know beside state and event. */
export interface Moment {
  readonly now: number;
  /** 0 to 1, for the jitter. */
  readonly random: number;
  readonly backoff: Backoff;
}

export type StateOf<Name> = Extract<ConnectionState, { readonly name: Name }>;
export type EventOf<Name> = Extract<ConnectionEvent, { readonly type: Name }>;

export const initialState: ConnectionState = {
  name: "idle",
  transport: 0,
  attempt: 0,
  wasRefused: false,
  notBefore: 0,
  noticeMs: 0,
};
