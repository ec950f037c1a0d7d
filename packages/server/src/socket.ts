/**
 * The seam between a connection and whatever carries it: the core knows no socket library.
 * `@runwire/server/node` translates `ws` to it; a test links two of them in memory.
 */
export interface ServerSocket {
  /** Sends one text message. A `Uint8Array` holds UTF-8, is shared with other sockets and must not be changed. */
  send(message: string | Uint8Array): void;
  /** Sends a WebSocket ping. */
  ping(): void;
  /** Begins the closing handshake; the socket goes away by itself if the peer does not answer. */
  close(code: number, reason: string): void;
  /** Cuts the connection at once. */
  terminate(): void;
  /** Bytes that were sent and are not with the operating system yet. */
  bufferedBytes(): number;
  /** Stops reading; what the peer sends waits in the network. */
  pause(): void;
  resume(): void;
}

/** What a socket tells its connection. Nothing here throws. */
export interface SocketHandlers {
  /** A whole text message. */
  onMessage(text: string, bytes: number): void;
  /** A whole binary message: there is none in this protocol. */
  onBinary(): void;
  /** A ping or a pong came: the peer lives. */
  onSign(): void;
  /** Unsent bytes became fewer. */
  onDrain(): void;
  /** The socket is gone, however it went. */
  onClose(): void;
}
