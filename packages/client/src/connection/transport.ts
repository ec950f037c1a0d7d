import { type Clock, RunwireError, SUBPROTOCOL } from "@runwire/protocol";
import { within } from "../environment.js";

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

/** What a transport tells. */
export interface TransportListeners {
  onOpen(): void;
  /** What a frame holds: text, if the server is one of ours. */
  onFrame(data: unknown): void;
  onClose(code: number, error: Error): void;
}

/** One socket. */
export interface Transport {
  /** `false` where the socket takes nothing any more. */
  send(text: string): boolean;
  close(code?: number): void;
  /** Resolves once it is closed, by force if the other side does not answer. */
  gone(clock: Clock): Promise<void>;
}

/** How long a closing handshake may take. */
const closeTimeoutMs = 1_000;

export function openTransport(
  WebSocket: WebSocketConstructor,
  url: string,
  { onOpen, onFrame, onClose }: TransportListeners,
): Transport {
  const socket = new WebSocket(url, [SUBPROTOCOL]);
  const closed = new Promise<void>((resolve) => socket.addEventListener("close", () => resolve()));
  socket.addEventListener("open", onOpen);
  socket.addEventListener("message", ({ data }) => onFrame(data));
  socket.addEventListener("close", ({ code, reason }) => {
    const because = reason ? `${code}, ${reason}` : code;
    const message = `the connection was closed (${because})`;
    onClose(code, new RunwireError(code === 4401 ? "unauthenticated" : "connection_lost", message));
  });
  // A close follows, with all there is to know; without a listener `ws` would throw.
  socket.addEventListener("error", () => {});

  return {
    send: (text) => attempt(() => socket.send(text)),
    close(code) {
      // Browsers refuse 1001: there it is the page's own to say.
      if (!attempt(() => socket.close(code))) socket.close();
    },
    async gone(clock) {
      await within(clock, closeTimeoutMs, closed).catch(() => {});
      socket.terminate?.();
    },
  };
}

function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
