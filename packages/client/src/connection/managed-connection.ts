import { type Clock, RunwireError, type ServerMessage, type Welcome } from "@runwire/protocol";
import type { ClientReport } from "../client-types.js";
import { createTimer } from "../environment.js";
import { CLIENT_VERSION } from "../version.js";
import { askWhy } from "./ask-why.js";
import type { Backoff } from "./backoff.js";
import {
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionState,
  initialState,
} from "./connection-state.js";
import { createCredentials, type TokenSource } from "./credentials.js";
import { createHeartbeat, type Heartbeat } from "./heartbeat.js";
import { readMessage } from "./read-message.js";
import { transition } from "./transition.js";
import { openTransport, type Transport, type WebSocketConstructor } from "./transport.js";

export interface ConnectionOptions {
  /** Where to connect to; asked for each attempt. @throws RunwireError `invalid_url` */
  url(): string;
  WebSocket(): WebSocketConstructor;
  /** Whether the address can be asked over HTTP why it opens no socket. */
  readonly canAskWhy: boolean;
  readonly token: TokenSource;
  readonly clock: Clock;
  readonly random: () => number;
  readonly backoff: Backoff;
  /** How long a probe waits for an answer, milliseconds. */
  readonly probeMs: number;
  /** `text` is what it was parsed from. */
  onMessage(message: ServerMessage, text: string): void;
  report(report: ClientReport): void;
  /** After each change of the state. */
  onChange(state: ConnectionState, before: ConnectionState): void;
}

export interface ManagedConnection {
  dispatch(event: ConnectionEvent): void;
  /** Sends on the welcomed connection; otherwise nothing happens, and `false` comes back. */
  send(text: string): boolean;
  /** A fresh token, where the application gives them. */
  askToken(): Promise<string | undefined>;
  /** Resolves once the last transport is gone. */
  gone(): Promise<void>;
}

/** What the client tells of itself. */
const client = { name: "@runwire/client", version: CLIENT_VERSION };

/**
 * Carries out what {@link transition} decides: the only interpreter of its effects, and the only one
 * that touches a transport.
 */
export function createManagedConnection(options: ConnectionOptions): ManagedConnection {
  const { clock, random, backoff, report } = options;
  const askToken = createCredentials(options.token, clock);
  const dueTimer = createTimer(clock);
  const waiting: ConnectionEvent[] = [];
  let state = initialState;
  let token: string | undefined;
  let transport: Transport | undefined;
  let heartbeat: Heartbeat | undefined;

  const effects: { readonly [Effect in ConnectionEffect]: (number: number) => void } = {
    "ask-token": (number) =>
      void askToken().then(
        (fresh) => {
          if (number === state.transport) token = fresh;
          dispatch({ type: "authorized", transport: number });
        },
        (error: Error) => dispatch({ type: "lost", transport: number, error }),
      ),
    open,
    "say-hello": () => write(JSON.stringify({ type: "hello", token, client })),
    probe: () => heartbeat?.probe(),
    // 1001 is for who goes.
    drop: () =>
      transport?.close(state.name === "parked" || state.name === "closed" ? 1001 : undefined),
  };

  return {
    dispatch,
    send: (text) => state.name === "connected" && write(text),
    askToken,
    gone: async () => transport?.gone(clock),
  };

  /** One event after another: an effect may bring the next one before it returns. */
  function dispatch(event: ConnectionEvent): void {
    if (waiting.push(event) > 1) return;
    for (const next of waiting) step(next);
    waiting.length = 0;
  }

  function step(event: ConnectionEvent): void {
    const before = state;
    const next = transition(state, event, { now: clock.now(), random: random(), backoff });
    state = next.state;
    if (state.name !== "connected") heartbeat?.stop();
    if (state !== before) armDueTimer();
    if (next.effect) effects[next.effect](state.transport);
    if (state !== before) options.onChange(state, before);
  }

  function armDueTimer(): void {
    dueTimer.clear();
    if ("dueAt" in state) dueTimer.set(state.dueAt - clock.now(), () => dispatch({ type: "due" }));
  }

  function open(number: number): void {
    try {
      transport = openTransport(options.WebSocket(), options.url(), {
        onOpen: () => dispatch({ type: "opened", transport: number }),
        onFrame: (data) => receive(data, number),
        onClose: (code, error) => void lose(number, code, error),
      });
    } catch (error) {
      // Only Errors are thrown by the constructor and by toWebSocketUrl.
      dispatch({ type: "lost", transport: number, error: error as Error });
    }
  }

  /**
   * What opens no socket twice in a row may be a refusal, whose reason a browser keeps to itself. It is asked for once,
   * and again by whom the server has told when to come: where nobody listens, each question is one more line in the
   * console.
   */
  async function lose(transport: number, code: number, error: Error): Promise<void> {
    const isToAsk = state.attempt === 2 || state.noticeMs > 0;
    const mayBeRefused = options.canAskWhy && state.name === "connecting" && isToAsk;
    const why = mayBeRefused ? await askWhy(options.url()) : undefined;
    if (mayBeRefused) notice(transport, why?.retryAfterMs);
    const refusal = why?.code === "forbidden" && new RunwireError(why.code, why.message);
    dispatch({
      type: "lost",
      transport,
      code: refusal ? 4403 : code,
      error: refusal || error,
    });
  }

  /** The server does not want us before that time is over. */
  function notice(transport: number, afterMs: unknown): void {
    dispatch({ type: "notice", transport, afterMs: Number(afterMs) || 0 });
  }

  function receive(text: unknown, number: number): void {
    // A transport that was dropped may still bring what was on its way.
    const isOpen = state.name === "connected" || state.name === "handshaking";
    if (!isOpen || number !== state.transport) return;
    heartbeat?.heard();
    const message = readMessage(text);
    if (message?.type === "welcome") welcome(message, number);
    if (message?.type === "reconnect") notice(number, message.afterMs);
    // Only text can be read.
    if (message) options.onMessage(message, text as string);
    else report({ code: "malformed_message", message: "a frame is no message", cause: text });
  }

  function welcome({ heartbeat: lengths }: Welcome, number: number): void {
    dispatch({ type: "welcomed", transport: number });
    heartbeat?.stop();
    heartbeat = createHeartbeat({
      ...lengths,
      clock,
      probeMs: options.probeMs,
      ping: () => write(JSON.stringify({ type: "ping", at: Math.round(clock.monotonic()) })),
      onDead: () => dispatch({ type: "due" }),
    });
  }

  function write(text: string): boolean {
    // Where it is closing: its close is on the way, and what is unanswered is sent again after the next welcome.
    return transport?.send(text) ?? false;
  }
}
