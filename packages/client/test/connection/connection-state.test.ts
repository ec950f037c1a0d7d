import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultBackoff } from "../../src/connection/backoff.js";
import {
  type ConnectionEvent,
  type ConnectionState,
  type EventName,
  initialState,
  type StateName,
} from "../../src/connection/connection-state.js";
import { transition } from "../../src/connection/transition.js";

const now = 1_000_000;
const moment = { now, random: 0.5, backoff: defaultBackoff };
const facts = { transport: 7, attempt: 3, wasRefused: false, notBefore: 0, noticeMs: 0 };
const error = new Error("gone");

const states: { readonly [Name in StateName]: ConnectionState } = {
  idle: { ...facts, name: "idle" },
  connecting: { ...facts, name: "connecting", dueAt: now },
  handshaking: { ...facts, name: "handshaking", dueAt: now },
  connected: { ...facts, name: "connected", since: now - 60_000 },
  waiting: { ...facts, name: "waiting", dueAt: now },
  parked: { ...facts, name: "parked", dueAt: now },
  closed: { ...facts, name: "closed", isFinal: false },
};

const events: { readonly [Name in EventName]: ConnectionEvent } = {
  start: { type: "start" },
  reconnect: { type: "reconnect" },
  wake: { type: "wake" },
  hide: { type: "hide" },
  due: { type: "due" },
  close: { type: "close" },
  authorized: { type: "authorized", transport: 7 },
  opened: { type: "opened", transport: 7 },
  welcomed: { type: "welcomed", transport: 7 },
  notice: { type: "notice", transport: 7, afterMs: 5_000 },
  lost: { type: "lost", transport: 7, error },
};

/** Every cell: the state that comes next, and what is done; `·` stays and does nothing. */
const cells: { readonly [S in StateName]: { readonly [E in EventName]: string } } = {
  idle: {
    start: "connecting ask-token",
    reconnect: "connecting ask-token",
    wake: "·",
    hide: "·",
    due: "·",
    close: "closed drop",
    authorized: "·",
    opened: "·",
    welcomed: "·",
    notice: "·",
    lost: "·",
  },
  connecting: {
    start: "·",
    reconnect: "·",
    wake: "·",
    hide: "parked drop",
    due: "waiting drop",
    close: "closed drop",
    authorized: "connecting open",
    opened: "handshaking say-hello",
    welcomed: "·",
    notice: "·",
    lost: "waiting drop",
  },
  handshaking: {
    start: "·",
    reconnect: "·",
    wake: "·",
    hide: "parked drop",
    due: "waiting drop",
    close: "closed drop",
    authorized: "·",
    opened: "·",
    welcomed: "connected",
    notice: "·",
    lost: "waiting drop",
  },
  connected: {
    start: "·",
    reconnect: "connected probe",
    wake: "connected probe",
    hide: "parked drop",
    due: "waiting drop",
    close: "closed drop",
    authorized: "·",
    opened: "·",
    welcomed: "·",
    notice: "·",
    lost: "waiting drop",
  },
  waiting: {
    start: "·",
    reconnect: "connecting ask-token",
    wake: "connecting ask-token",
    hide: "parked drop",
    due: "connecting ask-token",
    close: "closed drop",
    authorized: "·",
    opened: "·",
    welcomed: "·",
    notice: "·",
    lost: "·",
  },
  parked: {
    start: "·",
    reconnect: "connecting ask-token",
    wake: "connecting ask-token",
    hide: "·",
    due: "connecting ask-token",
    close: "closed drop",
    authorized: "·",
    opened: "·",
    welcomed: "·",
    notice: "·",
    lost: "·",
  },
  closed: {
    start: "·",
    reconnect: "connecting ask-token",
    wake: "·",
    hide: "·",
    due: "·",
    close: "closed drop",
    authorized: "·",
    opened: "·",
    welcomed: "·",
    notice: "·",
    lost: "·",
  },
};

const all = Object.entries(cells).flatMap(([state, row]) =>
  Object.entries(row).map(([event, cell]) => [state, event, cell] as const),
);

describe("the connection's table", () => {
  it.each(all)("%s on %s: %s", (stateName, eventName, cell) => {
    const before = states[stateName as StateName];
    const { state, effect } = transition(before, events[eventName as EventName], moment);
    const [name, ...expected] = cell === "·" ? [before.name] : cell.split(" ");
    expect([state.name, effect]).toEqual([name, expected[0]]);
  });

  it("changes nothing when an abandoned transport still speaks", () => {
    for (const state of Object.values(states))
      for (const event of Object.values(events)) {
        if (!("transport" in event)) continue;
        const late = transition(state, { ...event, transport: 6 }, moment);
        expect(late).toEqual({ state });
      }
  });

  it("opens each transport under a number of its own", () => {
    const first = transition(initialState, events.start, moment).state;
    const second = transition({ ...first, name: "waiting", dueAt: now }, events.due, moment).state;
    expect([first.transport, second.transport]).toEqual([1, 2]);
  });
});

describe("the way back", () => {
  const lose = (state: ConnectionState, code: number) =>
    transition(state, { type: "lost", transport: 7, code, error }, moment).state;

  it("[RW-LIVE-14] counts anew only after a connection that lasted 10 s", () => {
    const long: ConnectionState = { ...facts, name: "connected", since: now - 10_000 };
    const short: ConnectionState = { ...facts, name: "connected", since: now - 9_999 };
    expect(lose(long, 1006).attempt).toBe(1);
    expect(lose(short, 1006).attempt).toBe(4);
  });

  it("parks after ten attempts in a row, tries once when five minutes are over, and parks again", () => {
    const last: ConnectionState = { ...facts, name: "connecting", attempt: 10, dueAt: now };
    const parked = lose(last, 1006);
    expect(parked).toMatchObject({ name: "parked", dueAt: now + 300_000, error });
    const tried = transition(parked, events.due, moment).state;
    expect(tried.name).toBe("connecting");
    const failed = { type: "lost", transport: tried.transport, error } as const;
    expect(transition(tried, failed, moment).state.name).toBe("parked");
  });

  it("begins with fresh attempts when the page or the person wakes it", () => {
    for (const event of [events.wake, events.reconnect])
      expect(transition(states.parked, event, moment).state).toMatchObject({ attempt: 1 });
  });

  it.each([1003, 1007, 1009, 4400, 4403, 4409])("stops at %i", (code) => {
    expect(lose(states.connected, code)).toMatchObject({ name: "closed", isFinal: false, error });
  });

  it("[RW-LIVE-8] asks for a fresh token once after 4401, at once, and then stops", () => {
    const once = lose(states.handshaking, 4401);
    expect(once).toMatchObject({ name: "waiting", wasRefused: true, dueAt: now });
    expect(lose({ ...once, name: "handshaking", dueAt: now }, 4401).name).toBe("closed");
  });

  it("[RW-LIVE-8] does not come back before the server's time, woken or not, but when a person says so", () => {
    const told = transition(states.connected, events.notice, moment).state;
    const waiting = lose(told, 1012);
    expect(waiting).toMatchObject({ name: "waiting", dueAt: now + 5_000 });
    expect(transition(waiting, events.wake, moment).state).toBe(waiting);
    expect(transition(waiting, events.reconnect, moment).state.name).toBe("connecting");
  });

  it("stays closed once it was closed", () => {
    const closed = transition(states.connected, events.close, moment).state;
    for (const event of Object.values(events))
      expect(transition(closed, event, moment).state.name).toBe("closed");
  });
});

describe("whatever happens", () => {
  const event = fc.oneof(
    fc.constantFrom("start", "reconnect", "wake", "hide", "due").map((type) => ({ type })),
    fc.record({
      type: fc.constantFrom("authorized", "opened", "welcomed"),
      transport: fc.nat(4),
    }),
    fc.record({ type: fc.constant("notice"), transport: fc.nat(4), afterMs: fc.nat(60_000) }),
    fc.record({
      type: fc.constant("lost"),
      transport: fc.nat(4),
      code: fc.constantFrom(1006, 1012, 4401, 4429),
      error: fc.constant(error),
    }),
  ) as fc.Arbitrary<ConnectionEvent>;

  it("is never stuck: every state but idle, connected and closed ends by itself", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (history) => {
        let state = initialState;
        for (const next of history) {
          state = transition(state, next, moment).state;
          if (["idle", "connected", "closed"].includes(state.name)) continue;
          if (!("dueAt" in state)) throw new Error(`${state.name} has no end`);
          expect(state.dueAt).toBeLessThanOrEqual(now + 300_000);
          expect(transition(state, events.due, moment).state).not.toBe(state);
        }
      }),
    );
  });

  it("is connected again once the server answers, unless it has stopped", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (history) => {
        let state = history.reduce((at, next) => transition(at, next, moment).state, initialState);
        const happen = (next: ConnectionEvent) => {
          state = transition(state, next, moment).state;
        };
        happen({ type: "start" });
        for (let turn = 0; turn < 8 && state.name !== "connected"; turn++) {
          if (turn > 0) happen({ type: "due" });
          const { transport }: ConnectionState = state;
          for (const type of ["authorized", "opened", "welcomed"] as const)
            happen({ type, transport });
        }
        if (state.name === "closed") return;
        expect(state.name).toBe("connected");
      }),
    );
  });
});
