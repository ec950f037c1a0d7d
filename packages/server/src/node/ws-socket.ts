import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { ServerSocket, SocketHandlers } from "../socket.js";

/** A `ws` WebSocket as the core sees it. */
export function toServerSocket(webSocket: WebSocket): ServerSocket {
  return {
    // Text either way: bytes that are shared are UTF-8 already.
    send: (message) => webSocket.send(message, { binary: false }, ignore),
    ping: () => webSocket.ping("", false, ignore),
    close: (code, reason) => webSocket.close(code, reason),
    terminate: () => webSocket.terminate(),
    bufferedBytes: () => webSocket.bufferedAmount,
    pause: () => webSocket.pause(),
    resume: () => webSocket.resume(),
  };
}

/** Tells the connection's handlers what happens on the socket. */
export function forwardEvents(
  webSocket: WebSocket,
  stream: Duplex,
  handlers: SocketHandlers,
): void {
  webSocket.on("message", (data: Buffer, isBinary: boolean) => {
    if (isBinary) handlers.onBinary();
    else handlers.onMessage(data.toString(), data.length);
  });
  webSocket.on("ping", () => handlers.onSign());
  webSocket.on("pong", () => handlers.onSign());
  webSocket.on("close", () => handlers.onClose());
  // ws has closed with the right code already; without a listener the error would end the process.
  webSocket.on("error", ignore);
  stream.on("drain", () => handlers.onDrain());
}

/** What cannot be sent because the peer has gone is told by `close`. */
function ignore(): void {}
