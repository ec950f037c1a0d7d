import type { Clock } from "@runwire/protocol";
import { RunwireError, type ServerMessage, SUBPROTOCOL, type Welcome } from "@runwire/protocol";
import { createTimer } from "../environment.js";
import type { Backoff } from "./backoff.js";
import {
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionState,
  initialState,
  transition,
} from "./connection-state.js";
import { createCredentials, type TokenSource } from "./credentials.js";
import { createHeartbeat, type Heartbeat } from "./heartbeat.js";
import { readMessage } from "./read-message.js";

/** What the client uses of a WebSocket: as browsers, Node and `ws` have it. */
export interface WebSocketLike {
  addEventListener(
    type: "open" | "message" | "close" | "error",
    // biome-ignore lint/suspicious/noExplicitAny: the platforms' event types have nothing in common
    listener: (event: any) => void,
  ): void;
  send(text: string): void;
  close(code?: number): void;
  /** Only `ws` has it. */
  terminate?(): void;
}

/** How a WebSocket is opened. */
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

export interface ConnectionOptions {
  /** Where to connect to; asked for each attempt. @throws RunwireError `invalid_url` */
  url(): string;
  WebSocket(): WebSocketConstructor;
  readonly token: TokenSource;
  readonly clock: Clock;
  readonly random: () => number;
  readonly backoff: Backoff;
  /** How long a probe waits for an answer, milliseconds. */
  readonly probeMs: number;
  /** What the client tells of itself. */
  readonly client: { readonly name: string; readonly version: string };
  onWelcome(welcome: Welcome): void;
  /** A message other than `welcome` and `reconnect`; `text` is what it was parsed from. */
  onMessage(message: ServerMessage, text: string): void;
  onMalformed(text: unknown): void;
  /** After each change of the state. */
  onChange(state: ConnectionState, before: ConnectionState): void;
  /** A round trip was measured. */
  onLatency(latencyMs: number): void;
}

export interface ManagedConnection {
  dispatch(event: ConnectionEvent): void;
  /** Sends on the welcomed connection; otherwise nothing happens, and `false` comes back. */
  send(text: string): boolean;
  /** A fresh token, where the application gives them. */
  askToken(): Promise<string | undefined>;
  /** Resolves once the last transport is gone. */
  whenGone(): Promise<void>;
}

/** A socket and its number. */
interface Transport {
  readonly number: number;
  readonly socket: WebSocketLike;
  readonly gone: Promise<void>;
}

/** How long a closing handshake may take. */
const closeTimeoutMs = 1_000;

/**
 * Carries out what {@link transition} decides: the only interpreter of its effects, and the only one
 * that touches a transport.
 */
export function createManagedConnection(options: ConnectionOptions): ManagedConnection {
  const { clock, random, backoff } = options;
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
    open: openTransport,
    "say-hello": () =>
      write({ type: "hello", ...(token !== undefined && { token }), client: options.client }),
    probe: () => heartbeat?.probe(),
    drop: () => {
      const isPage = state.name === "parked" || state.name === "closed";
      if (transport) closeSocket(transport.socket, isPage ? 1001 : undefined);
    },
  };

  return { dispatch, send, askToken, whenGone };

  /** One event after another: an effect may bring the next one before it returns. */
  function dispatch(event: ConnectionEvent): void {
    if (waiting.push(event) > 1) return;
    for (const next of waiting) step(next);
    waiting.length = 0;
  }

  function step(event: ConnectionEvent): void {
    const before = state;
    const result = transition(state, event, { now: clock.now(), random: random(), backoff });
    state = result.state;
    if (state.name !== "connected") heartbeat?.stop();
    armDueTimer(before);
    for (const effect of result.effects) effects[effect](state.transport);
    if (state !== before) options.onChange(state, before);
  }

  function armDueTimer(before: ConnectionState): void {
    if (state === before) return;
    dueTimer.clear();
    if ("dueAt" in state) dueTimer.set(state.dueAt - clock.now(), onDue);
  }

  function onDue(): void {
    dispatch({ type: "due" });
  }

  function openTransport(number: number): void {
    try {
      const socket = new (options.WebSocket())(options.url(), [SUBPROTOCOL]);
      const gone = new Promise<void>((resolve) =>
        socket.addEventListener("close", () => resolve()),
      );
      transport = { number, socket, gone };
      listen(socket, number);
    } catch (error) {
      // Only Errors are thrown by the constructor and by toWebSocketUrl.
      dispatch({ type: "lost", transport: number, error: error as Error });
    }
  }

  function listen(socket: WebSocketLike, number: number): void {
    socket.addEventListener("open", () => dispatch({ type: "opened", transport: number }));
    socket.addEventListener("message", ({ data }) => {
      // A transport that was dropped may still bring what was on its way.
      const isOpen = state.name === "connected" || state.name === "handshaking";
      if (isOpen && number === state.transport) receive(data, number);
    });
    socket.addEventListener("close", ({ code, reason }) => {
      const because = reason ? `${code}, ${reason}` : code;
      const error = new RunwireError("connection_lost", `the connection was closed (${because})`);
      dispatch({ type: "lost", transport: number, code, error });
    });
    // A close follows, with all there is to know; without a listener `ws` would throw.
    socket.addEventListener("error", () => {});
  }

  function receive(text: unknown, number: number): void {
    heartbeat?.heard();
    const message = readMessage(text);
    if (message?.type === "pong") options.onLatency(Math.max(0, clock.monotonic() - message.at));
    if (!message) options.onMalformed(text);
    else if (message.type === "welcome") welcome(message, number);
    else if (message.type === "reconnect")
      dispatch({ type: "notice", transport: number, afterMs: Number(message.afterMs) || 0 });
    // Only text can be read.
    else options.onMessage(message, text as string);
  }

  function welcome(message: Welcome, number: number): void {
    dispatch({ type: "welcomed", transport: number });
    if (state.name !== "connected") return;
    heartbeat?.stop();
    heartbeat = createHeartbeat({
      ...message.heartbeat,
      clock,
      probeMs: options.probeMs,
      ping: () => write({ type: "ping", at: Math.round(clock.monotonic()) }),
      onDead: () => dispatch({ type: "lost", transport: number, error: silence() }),
    });
    options.onWelcome(message);
  }

  function write(message: object): void {
    writeText(JSON.stringify(message));
  }

  function writeText(text: string): boolean {
    try {
      transport?.socket.send(text);
      return true;
    } catch {
      // Closing: its close is on the way, and what is unanswered is sent again after the next welcome.
      return false;
    }
  }

  function send(text: string): boolean {
    return state.name === "connected" && writeText(text);
  }

  function whenGone(): Promise<void> {
    if (!transport) return Promise.resolve();
    const { socket, gone } = transport;
    return new Promise((resolve) => {
      const timer = createTimer(clock);
      const finish = () => {
        timer.clear();
        resolve();
      };
      timer.set(closeTimeoutMs, () => {
        socket.terminate?.();
        finish();
      });
      void gone.then(finish);
    });
  }
}

function closeSocket(socket: WebSocketLike, code: number | undefined): void {
  try {
    socket.close(code);
  } catch {
    // Browsers refuse 1001: there it is the page's own to say.
    socket.close();
  }
}

function silence(): Error {
  return new RunwireError("connection_lost", "the server has not answered a ping in time");
}
