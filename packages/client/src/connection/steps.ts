import { RunwireError } from "@runwire/protocol";
import type {
  ConnectionState,
  EventOf,
  Facts,
  Moment,
  StateName,
  StateOf,
  Transition,
} from "./connection-state.js";
import { decideReconnect } from "./decide-reconnect.js";

/** What the cells of the transition table do: each gives the next state, and what is to be done. Pure. */

/** How long the credentials, the opening and the welcome may take, each. */
const stepTimeoutMs = 10_000;

export const stay = (state: ConnectionState): Transition => ({ state });

/** What goes over to another state: all but what only its own state has. */
function facts(state: Facts & Partial<OwnFields>): Facts {
  const { name, dueAt, since, isFinal, ...facts } = state;
  return facts;
}

type OwnFields = {
  readonly name: StateName;
  readonly dueAt: number;
  readonly since: number;
  readonly isFinal: boolean;
};

function connect(state: ConnectionState, attempt: number, now: number): Transition {
  const transport = state.transport + 1;
  return {
    state: { ...facts(state), name: "connecting", transport, attempt, dueAt: now + stepTimeoutMs },
    effect: "ask-token",
  };
}

export const connectFresh = (state: ConnectionState, _: unknown, { now }: Moment) =>
  connect({ ...state, wasRefused: false, notBefore: 0 }, 1, now);

export const connectWhenAllowed = (state: StateOf<"waiting">, event: unknown, moment: Moment) =>
  moment.now < state.notBefore ? stay(state) : connectFresh(state, event, moment);

export const connectDue = (state: ConnectionState, _: unknown, { now }: Moment) =>
  connect(state, state.attempt, now);

export const open = (state: StateOf<"connecting">, _: unknown, { now }: Moment): Transition => ({
  state: { ...state, dueAt: now + stepTimeoutMs },
  effect: "open",
});

export const shake = (state: StateOf<"connecting">, _: unknown, { now }: Moment): Transition => ({
  state: { ...state, name: "handshaking", dueAt: now + stepTimeoutMs },
  effect: "say-hello",
});

export const arrive = (state: ConnectionState, _: unknown, { now }: Moment): Transition =>
  stay({ ...facts(state), error: undefined, name: "connected", since: now });

export const countAnew = (state: ConnectionState): Transition => stay({ ...state, attempt: 1 });

export const probe = (state: ConnectionState): Transition => ({ state, effect: "probe" });

export const note = (state: ConnectionState, { afterMs }: EventOf<"notice">, { now }: Moment) =>
  stay({ ...state, notBefore: now + afterMs, noticeMs: afterMs });

function park(state: Facts, { now, backoff }: Moment): ConnectionState {
  // When its time is over one more attempt is made, and no other after it.
  return {
    ...facts(state),
    name: "parked",
    attempt: backoff.attempts,
    dueAt: now + backoff.parkedMs,
  };
}

export const hide = (state: ConnectionState, _: unknown, moment: Moment): Transition => ({
  state: park(state, moment),
  effect: "drop",
});

export const close = (state: ConnectionState): Transition => ({
  state: { ...facts(state), name: "closed", isFinal: true },
  effect: "drop",
});

export const tryAgain = (state: StateOf<"closed">, event: unknown, moment: Moment) =>
  state.isFinal ? stay(state) : connectFresh(state, event, moment);

export function fail(
  state: ConnectionState,
  { code, error }: EventOf<"lost">,
  moment: Moment,
): Transition {
  const lasted =
    state.name === "connected" && moment.now - state.since >= moment.backoff.resetAfterMs;
  const failed = { ...facts(state), error, ...(lasted && { attempt: 0, wasRefused: false }) };
  const decision = decideReconnect({ ...failed, ...moment, code }, moment.backoff);
  return { state: toNext(), effect: "drop" };

  function toNext(): ConnectionState {
    if (decision.kind === "stop") return { ...failed, name: "closed", isFinal: false };
    if (decision.kind === "park") return park(failed, moment);
    const { kind, ...rest } = decision;
    return { ...failed, name: "waiting", attempt: failed.attempt + 1, ...rest };
  }
}

export const expire = (state: ConnectionState, _: unknown, moment: Moment): Transition => {
  const error = new RunwireError("connection_lost", `no answer while ${state.name}`);
  return fail(state, { type: "lost", transport: state.transport, error }, moment);
};
