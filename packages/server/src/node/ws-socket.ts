import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import type { ServerSocket, SharedMessage, SocketHandlers } from "../socket.js";

/** A `ws` WebSocket as the core sees it; `onTaken` is told when the system took what was sent. */
export function toServerSocket(
  webSocket: WebSocket,
  stream: Duplex,
  onTaken: () => void,
): ServerSocket {
  return new WsSocket(webSocket, stream, onTaken);
}

/** A class, and not functions around the socket: of 10,000 these would take 5 MB. */
class WsSocket implements ServerSocket {
  readonly #webSocket: WebSocket;
  readonly #stream: Duplex;
  readonly #onTaken: () => void;
  #isAwaited = false;

  constructor(webSocket: WebSocket, stream: Duplex, onTaken: () => void) {
    this.#webSocket = webSocket;
    this.#stream = stream;
    this.#onTaken = onTaken;
  }

  send(message: string): void {
    this.#webSocket.send(message, { binary: false }, this.#onTaken);
  }

  sendShared(message: SharedMessage): void {
    if (this.#webSocket.readyState !== WebSocket.OPEN) return;
    // Past ws, in order all the same: without compression it writes in the turn in which it is told to.
    this.#stream.write(message.as(toTextFrame));
    this.#awaitTaken();
  }

  ping(): void {
    this.#webSocket.ping("", false, ignore);
  }

  close(code: number, reason: string): void {
    this.#webSocket.close(code, reason);
  }

  terminate(): void {
    this.#webSocket.terminate();
  }

  bufferedBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  /** Asked for only when the system did not take a frame at once: a callback for each costs every frame. */
  #awaitTaken(): void {
    if (this.#isAwaited || this.#stream.writableLength === 0 || !this.#stream.writable) return;
    this.#isAwaited = true;
    this.#stream.write(nothing, () => {
      this.#isAwaited = false;
      this.#onTaken();
      this.#awaitTaken();
    });
  }
}

const nothing = new Uint8Array(0);
const finalText = 0x81;

/**
 * The unmasked WebSocket frame (RFC 6455 § 5.2) of a text: header and payload in one piece, made once, where ws
 * would write a header of its own and the payload for every socket.
 */
export function toTextFrame(bytes: Uint8Array, headroom: number): Uint8Array {
  const { length } = bytes;
  const headerBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const isBehindRoom = headroom >= headerBytes;
  const frame = isBehindRoom
    ? Buffer.from(bytes.buffer, bytes.byteOffset - headerBytes, headerBytes + length)
    : Buffer.allocUnsafe(headerBytes + length);
  frame[0] = finalText;
  if (headerBytes === 2) frame[1] = length;
  else if (headerBytes === 4) frame.writeUInt16BE(length, frame.writeUInt8(126, 1));
  else frame.writeBigUInt64BE(BigInt(length), frame.writeUInt8(127, 1));
  if (!isBehindRoom) frame.set(bytes, headerBytes);
  return frame;
}

/** Tells the connection's handlers what happens on the socket. */
export function forwardEvents(webSocket: WebSocket, handlers: SocketHandlers): void {
  webSocket.on("message", (data: Buffer, isBinary: boolean) => {
    if (isBinary) handlers.onBinary();
    else handlers.onMessage(data.toString(), data.length);
  });
  webSocket.on("ping", () => handlers.onSign());
  webSocket.on("pong", () => {
    handlers.onSign();
    handlers.onPong();
  });
  webSocket.on("close", () => handlers.onClose());
  // ws has closed with the right code already; without a listener the error would end the process.
  webSocket.on("error", ignore);
}

/** What cannot be sent because the peer has gone is told by `close`. */
function ignore(): void {}
