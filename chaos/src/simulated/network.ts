import type { WebSocketConstructor } from "@runwire/client";
import type { ServerSocket, SocketHandlers } from "@runwire/server";
import {
  type FakeClock,
  linkInMemory,
  type MemoryLink,
  type SocketAcceptor,
} from "@runwire/testing";
import type { HistoryEntry } from "../checker/history.ts";
import type { ServerProcess } from "./server-process.ts";
import { WireWatch } from "./wire-watch.ts";

/** Changes of what is sent on the way. */
export interface Tampering {
  /** What the server sends. */
  readonly sent?: (text: string) => string;
  /** What the clients send. */
  readonly asked?: (text: string) => string;
}

/** What a network stands in. */
export interface NetworkParts extends Tampering {
  readonly clock: FakeClock;
  readonly random: () => number;
  /** The server to which new connections lead. */
  server(): ServerProcess;
  isCalm(): boolean;
  note(entry: HistoryEntry): void;
}

type PageSignal = "wake" | "hide";

/** A client's network: what is sent takes a time of its own, and leads to the server of that time. */
export class ClientNetwork {
  readonly WebSocket: WebSocketConstructor;
  /** The server that took the latest connection. */
  #process: ServerProcess | undefined;
  readonly #link: MemoryLink;
  #tell: (signal: PageSignal) => void = () => {};

  constructor(parts: NetworkParts) {
    const onAccept = (process: ServerProcess) => {
      this.#process = process;
    };
    this.#link = linkInMemory(toAcceptor(parts, onAccept), {
      deliver: (arrive) => deliver(arrive, parts),
    });
    this.WebSocket = this.#link.WebSocket;
  }

  /** For the client: the signals of its page. */
  readonly page = (listener: (signal: PageSignal) => void): (() => void) => {
    this.#tell = listener;
    return () => {};
  };

  cut(): void {
    for (const connection of this.#link.connections) connection.cut();
  }

  leadsTo(process: ServerProcess): boolean {
    return this.#process === process;
  }

  hold(direction?: "up" | "down"): void {
    for (const connection of this.#link.connections) connection.hold(direction);
  }

  heal(): void {
    for (const connection of this.#link.connections) connection.heal();
  }

  /** The page comes back, or says so. */
  wake(): void {
    this.#tell("wake");
  }
}

function deliver(arrive: () => void, { isCalm, random, clock }: NetworkParts): void {
  const roll = isCalm() ? 0 : random();
  if (roll < 0.6) queueMicrotask(arrive);
  else clock.after((roll - 0.6) * 300, arrive);
}

function toAcceptor(
  parts: NetworkParts,
  onAccept: (process: ServerProcess) => void,
): SocketAcceptor {
  const { sent, asked, server, note } = parts;
  return {
    refusalOf: (request) => server().server.refusalOf(request),
    accept(socket, request) {
      const process = server();
      onAccept(process);
      const watch = new WireWatch(process, note);
      const tampered = sent ? changeSent(socket, sent) : socket;
      const handlers = process.server.accept(watchSent(tampered, watch), request);
      return changeAsked(handlers, asked, watch);
    },
  };
}

function changeSent(socket: ServerSocket, change: (text: string) => string): ServerSocket {
  return override(socket, {
    send: (text) => socket.send(change(text)),
    sendShared: ({ bytes }) => socket.send(change(Buffer.from(bytes).toString())),
  });
}

function watchSent(socket: ServerSocket, watch: WireWatch): ServerSocket {
  return override(socket, {
    send(text) {
      watch.onSent(text);
      socket.send(text);
    },
    close(code, reason) {
      watch.onGone();
      socket.close(code, reason);
    },
    terminate() {
      watch.onGone();
      socket.terminate();
    },
  });
}

function changeAsked(
  handlers: SocketHandlers,
  change: (text: string) => string = (text) => text,
  watch: WireWatch,
): SocketHandlers {
  return override(handlers, {
    onMessage(text, bytes) {
      watch.onReceived(text);
      handlers.onMessage(change(text), bytes);
    },
    onClose() {
      handlers.onClose();
      watch.onGone();
    },
  });
}

/** The same object with some methods replaced; the others keep their own `this`. */
function override<Target extends object>(target: Target, methods: Partial<Target>): Target {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
