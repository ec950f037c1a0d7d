import { RunwireError } from "@runwire/protocol";
import type { Backoff } from "./backoff.js";
import { decideReconnect } from "./decide-reconnect.js";

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
interface Facts {
  /** The number of the latest transport. */
  readonly transport: number;
  /** Of the attempts in a row, the one that is made, or due. */
  readonly attempt: number;
  /** The server has refused our credentials since a connection lasted. */
  readonly wasRefused: boolean;
  /** The server asked us to come back not earlier. */
  readonly notBefore: number;
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
  /** The state's time is over. */
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
  readonly effects: readonly ConnectionEffect[];
}

/** What a transition may know beside state and event. */
export interface Moment {
  readonly now: number;
  /** 0 to 1, for the jitter. */
  readonly random: number;
  readonly backoff: Backoff;
}

type StateOf<Name> = Extract<ConnectionState, { readonly name: Name }>;
type EventOf<Name> = Extract<ConnectionEvent, { readonly type: Name }>;

type Table = {
  readonly [S in StateName]: {
    readonly [E in EventName]: (state: StateOf<S>, event: EventOf<E>, moment: Moment) => Transition;
  };
};

export const initialState: ConnectionState = {
  name: "idle",
  transport: 0,
  attempt: 0,
  wasRefused: false,
  notBefore: 0,
};

/** How long the credentials, the opening and the welcome may take, each. */
const stepTimeoutMs = 10_000;

const stay = (state: ConnectionState): Transition => ({ state, effects: [] });

function facts({ transport, attempt, wasRefused, notBefore, error }: ConnectionState): Facts {
  return { transport, attempt, wasRefused, notBefore, error };
}

function connect(state: ConnectionState, attempt: number, now: number): Transition {
  const transport = state.transport + 1;
  return {
    state: { ...facts(state), name: "connecting", transport, attempt, dueAt: now + stepTimeoutMs },
    effects: ["ask-token"],
  };
}

const connectFresh = (state: ConnectionState, _: unknown, { now }: Moment) =>
  connect({ ...state, wasRefused: false, notBefore: 0 }, 1, now);

const connectWhenAllowed = (state: StateOf<"waiting">, event: unknown, moment: Moment) =>
  moment.now < state.notBefore ? stay(state) : connectFresh(state, event, moment);

const connectDue = (state: ConnectionState, _: unknown, { now }: Moment) =>
  connect(state, state.attempt, now);

const open = (state: StateOf<"connecting">, _: unknown, { now }: Moment): Transition => ({
  state: { ...state, dueAt: now + stepTimeoutMs },
  effects: ["open"],
});

const shake = (state: StateOf<"connecting">, _: unknown, { now }: Moment): Transition => ({
  state: { ...state, name: "handshaking", dueAt: now + stepTimeoutMs },
  effects: ["say-hello"],
});

const arrive = (state: ConnectionState, _: unknown, { now }: Moment): Transition =>
  stay({ ...facts(state), error: undefined, name: "connected", since: now });

const countAnew = (state: ConnectionState): Transition => stay({ ...state, attempt: 1 });

const probe = (state: ConnectionState): Transition => ({ state, effects: ["probe"] });

const note = (state: ConnectionState, { afterMs }: EventOf<"notice">, { now }: Moment) =>
  stay({ ...state, notBefore: now + afterMs });

function park(state: ConnectionState, { now, backoff }: Moment): ConnectionState {
  // When its time is over one more attempt is made, and no other after it.
  return {
    ...facts(state),
    name: "parked",
    attempt: backoff.attempts,
    dueAt: now + backoff.parkedMs,
  };
}

const hide = (state: ConnectionState, _: unknown, moment: Moment): Transition => ({
  state: park(state, moment),
  effects: ["drop"],
});

const close = (state: ConnectionState): Transition => ({
  state: { ...facts(state), name: "closed", isFinal: true },
  effects: ["drop"],
});

const tryAgain = (state: StateOf<"closed">, event: unknown, moment: Moment) =>
  state.isFinal ? stay(state) : connectFresh(state, event, moment);

function fail(
  state: ConnectionState,
  { code, error }: EventOf<"lost">,
  moment: Moment,
): Transition {
  const lasted =
    state.name === "connected" && moment.now - state.since >= moment.backoff.resetAfterMs;
  const failed = { ...facts(state), error, ...(lasted && { attempt: 0, wasRefused: false }) };
  const decision = decideReconnect({ ...failed, ...moment, code }, moment.backoff);
  return { state: toNext(), effects: ["drop"] };

  function toNext(): ConnectionState {
    if (decision.kind === "stop") return { ...failed, name: "closed", isFinal: false };
    if (decision.kind === "park") return park({ ...failed, name: "idle" }, moment);
    const { dueAt, wasRefused } = decision;
    return { ...failed, name: "waiting", attempt: failed.attempt + 1, dueAt, wasRefused };
  }
}

const expire = (state: ConnectionState, _: unknown, moment: Moment): Transition => {
  const error = new RunwireError(
    "connection_lost",
    `no answer from the server while ${state.name}`,
  );
  return fail(state, { type: "lost", transport: state.transport, error }, moment);
};

/** Transport events of states that have no transport: `transition` has dropped them already. */
const noTransport = {
  authorized: stay,
  opened: stay,
  welcomed: stay,
  notice: stay,
  lost: stay,
} as const;

const table: Table = {
  idle: {
    ...noTransport,
    start: connectFresh,
    reconnect: connectFresh,
    wake: stay,
    hide: stay,
    due: stay,
    close,
  },
  connecting: {
    start: stay,
    reconnect: countAnew,
    wake: stay,
    hide,
    due: expire,
    close,
    authorized: open,
    opened: shake,
    welcomed: stay,
    notice: note,
    lost: fail,
  },
  handshaking: {
    start: stay,
    reconnect: countAnew,
    wake: stay,
    hide,
    due: expire,
    close,
    authorized: stay,
    opened: stay,
    welcomed: arrive,
    notice: note,
    lost: fail,
  },
  connected: {
    start: stay,
    reconnect: probe,
    wake: probe,
    hide,
    due: stay,
    close,
    authorized: stay,
    opened: stay,
    welcomed: stay,
    notice: note,
    lost: fail,
  },
  waiting: {
    ...noTransport,
    start: stay,
    reconnect: connectFresh,
    wake: connectWhenAllowed,
    hide,
    due: connectDue,
    close,
  },
  parked: {
    ...noTransport,
    start: stay,
    reconnect: connectFresh,
    wake: connectFresh,
    hide: stay,
    due: connectDue,
    close,
  },
  closed: {
    ...noTransport,
    start: stay,
    reconnect: tryAgain,
    wake: stay,
    hide: stay,
    due: stay,
    close,
  },
};

/** Whether a state has a transport that may still speak. */
function hasTransport({ name }: ConnectionState): boolean {
  return name === "connecting" || name === "handshaking" || name === "connected";
}

/** What comes after `state` when `event` happens, and what is to be done. Pure. */
export function transition(
  state: ConnectionState,
  event: ConnectionEvent,
  moment: Moment,
): Transition {
  const isLate =
    "transport" in event && (!hasTransport(state) || event.transport !== state.transport);
  if (isLate) return stay(state);
  // The compiler has checked each cell; it cannot see that these two names choose the matching one.
  const cell = table[state.name][event.type] as (
    state: ConnectionState,
    event: ConnectionEvent,
    moment: Moment,
  ) => Transition;
  return cell(state, event, moment);
}
