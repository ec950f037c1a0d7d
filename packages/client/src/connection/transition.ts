import type {
  ConnectionEvent,
  ConnectionState,
  EventName,
  EventOf,
  Moment,
  StateName,
  StateOf,
  Transition,
} from "./connection-state.js";
import {
  arrive,
  close,
  connectDue,
  connectFresh,
  connectWhenAllowed,
  countAnew,
  expire,
  fail,
  hide,
  note,
  open,
  probe,
  shake,
  stay,
  tryAgain,
} from "./steps.js";

/** What an event that is not there does: nothing. */
type Row<S extends StateName> = {
  readonly [E in EventName]?: (state: StateOf<S>, event: EventOf<E>, moment: Moment) => Transition;
};

/** The states with a transport. */
const withTransport = { close, hide, notice: note, lost: fail } as const;

const table: { readonly [S in StateName]: Row<S> } = {
  idle: { close, start: connectFresh, reconnect: connectFresh },
  connecting: {
    ...withTransport,
    reconnect: countAnew,
    due: expire,
    authorized: open,
    opened: shake,
  },
  handshaking: { ...withTransport, reconnect: countAnew, due: expire, welcomed: arrive },
  connected: { ...withTransport, reconnect: probe, wake: probe, due: expire },
  waiting: {
    close,
    reconnect: connectFresh,
    wake: connectWhenAllowed,
    hide,
    due: connectDue,
  },
  parked: { close, reconnect: connectFresh, wake: connectFresh, due: connectDue },
  closed: { close, reconnect: tryAgain },
};

/** What comes after `state` when `event` happens, and what is to be done. Pure. */
export function transition(
  state: ConnectionState,
  event: ConnectionEvent,
  moment: Moment,
): Transition {
  // What an abandoned transport still says; for that of the last one a state without any has no cell.
  if ("transport" in event && event.transport !== state.transport) return stay(state);
  // The compiler has checked each cell; it cannot see that these two names choose the matching one.
  const cell = (table[state.name][event.type] ?? stay) as (
    state: ConnectionState,
    event: ConnectionEvent,
    moment: Moment,
  ) => Transition;
  return cell(state, event, moment);
}
