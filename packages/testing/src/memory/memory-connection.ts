import type { ConnectRequest, ServerSocket, SocketHandlers } from "@runwire/server";
import { MemorySocket } from "./memory-socket.js";
import { MemoryWebSocket } from "./memory-web-socket.js";
import { type Delivery, Wire } from "./wire.js";

/** The part of a server that takes sockets; a `RunwireServer` is one. */
export interface SocketAcceptor {
  accept(socket: ServerSocket, request: ConnectRequest): SocketHandlers;
  refusalOf?(request: ConnectRequest): unknown;
}

/** One connection in memory. */
export interface MemoryConnection {
  /** Cuts it without a goodbye: both ends learn it at once, and what is on the way is lost. */
  cut(): void;
  /** Holds what is on the way, in one direction (`up` is to the server) or in both. */
  hold(direction?: "up" | "down"): void;
  /** Lets everything arrive that was held, in order. */
  heal(): void;
}

/** What a linked connection is made of. */
interface LinkedConnectionParts {
  readonly server: SocketAcceptor;
  readonly request: ConnectRequest;
  readonly deliver: Delivery;
  readonly onGone: () => void;
}

/** A client's socket and a server's, and what is on the way between them. */
export class LinkedConnection implements MemoryConnection {
  readonly client: MemoryWebSocket;
  readonly #parts: LinkedConnectionParts;
  readonly #up: Wire;
  readonly #down: Wire;
  #handlers: SocketHandlers | undefined;
  #isGone = false;

  constructor(parts: LinkedConnectionParts) {
    this.#parts = parts;
    this.#up = new Wire(parts.deliver);
    this.#down = new Wire(parts.deliver);
    this.client = new MemoryWebSocket({
      onSend: (text) => this.#up.send(() => this.#receive(text)),
      onClose: (code = 1005) => this.#up.send(() => this.#end(code, "")),
      onTerminate: () => this.#giveUp(),
    });
    this.#up.send(() => this.#open());
  }

  cut(): void {
    this.#up.cut();
    this.#down.cut();
    this.#goneForServer();
    this.client.end(1006);
  }

  hold(direction?: "up" | "down"): void {
    if (direction !== "down") this.#up.hold("test");
    if (direction !== "up") this.#down.hold("test");
  }

  heal(): void {
    this.#up.letGo("test");
    this.#down.letGo("test");
  }

  /** The client is done with it at once; the server learns of it when what was sent before has arrived. */
  #giveUp(): void {
    this.#down.cut();
    this.#up.send(() => this.#goneForServer());
    this.client.end(1006);
  }

  #open(): void {
    const { server, request } = this.#parts;
    if (server.refusalOf?.(request) !== undefined) {
      this.cut();
      return;
    }
    const socket = this.#createServerSocket();
    this.#handlers = server.accept(socket, request);
    socket.onTaken = () => this.#handlers?.onDrain();
    this.#down.send(() => this.client.open());
  }

  #createServerSocket(): MemorySocket {
    const socket = new MemorySocket({
      onText: (text, bytes) =>
        this.#down.send(() => {
          socket.take(bytes);
          this.client.receive(text);
        }),
      // A client's platform answers pings by itself.
      onPing: () => this.#down.send(() => this.#up.send(() => this.#answerPing())),
      onEnd: (code, reason) => (code === 1006 ? this.cut() : this.#end(code, reason)),
      onPause: () => this.#up.hold("reader"),
      onResume: () => this.#up.letGo("reader"),
    });
    socket.isSlow = true; // what was sent counts until it has arrived
    return socket;
  }

  #answerPing(): void {
    this.#handlers?.onSign();
    this.#handlers?.onPong();
  }

  #receive(text: string): void {
    this.#handlers?.onMessage(text, Buffer.byteLength(text));
  }

  /** One side closed in good order: the other one has everything that was sent before. */
  #end(code: number, reason: string): void {
    this.#down.send(() => {
      this.#goneForServer();
      this.client.end(code, reason);
    });
  }

  #goneForServer(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#up.cut();
    this.#handlers?.onClose();
    this.#parts.onGone();
  }
}
