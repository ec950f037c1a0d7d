import type { WebSocketConstructor } from "@runwire/client";
import type { ConnectRequest } from "@runwire/server";
import {
  LinkedConnection,
  type MemoryConnection,
  type SocketAcceptor,
} from "./memory-connection.js";
import { toWebSocketConstructor } from "./memory-web-socket.js";
import type { Delivery } from "./wire.js";

/** Options of {@link linkInMemory}. */
export interface MemoryLinkOptions {
  /** With what the clients come: headers, an address. @default no headers */
  readonly request?: Omit<ConnectRequest, "url">;
  /**
   * When the next thing arrives: calls what it is given once. Each direction of a connection keeps its order
   * however these calls are reordered.
   * @default `queueMicrotask`: `settle()` waits for all of it
   */
  readonly deliver?: Delivery;
}

/** A network in memory, to one server. */
export interface MemoryLink {
  /** For `createRunwireClient`; any number of clients. */
  readonly WebSocket: WebSocketConstructor;
  /** The living connections, oldest first. */
  readonly connections: readonly MemoryConnection[];
  /** Cuts them all without a goodbye. */
  cutAll(): void;
}

/**
 * Links clients to a server in this process, without a network: what one end sends arrives at the other, in order.
 *
 * @example
 * const { WebSocket } = linkInMemory(runwire);
 * const client = createRunwireClient({ url: "ws://memory/runwire", WebSocket });
 */
export function linkInMemory(server: SocketAcceptor, options: MemoryLinkOptions = {}): MemoryLink {
  const { request = { headers: {} }, deliver = queueMicrotask } = options;
  const living = new Set<LinkedConnection>();
  const WebSocket = toWebSocketConstructor((url) => {
    const { pathname, search } = new URL(url);
    const connection = new LinkedConnection({
      ...{ server, request: { ...request, url: pathname + search }, deliver },
      onGone: () => living.delete(connection),
    });
    living.add(connection);
    return connection.client;
  });
  return {
    WebSocket,
    get connections() {
      return [...living];
    },
    cutAll() {
      for (const connection of [...living]) connection.cut();
    },
  };
}
