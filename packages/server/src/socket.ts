/**
 * The seam between a connection and whatever carries it: the core knows no socket library.
 * `@runwire/server/node` translates `ws` to it; a test links two of them in memory.
 */
export interface ServerSocket {
  /** Sends one text message. */
  send(message: string): void;
  /** Sends one text message that many sockets get. */
  sendShared(message: SharedMessage): void;
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

/** A message that was made once for many sockets. */
export interface SharedMessage {
  /** The text as UTF-8; never changed. */
  readonly bytes: Uint8Array;
  /**
   * What a transport made of it for its sockets: a WebSocket frame, say. Made when the first socket of that kind
   * sends the message; `make` names the transport, so that two kinds do not mix. Before `bytes`, `headroom` bytes of
   * its buffer are free to be written: a header may go there, and the text need not be copied behind one.
   */
  as<Made>(make: (bytes: Uint8Array, headroom: number) => Made): Made;
}

/** What a socket tells its connection. Nothing here throws. */
export interface SocketHandlers {
  /** A whole text message. */
  onMessage(text: string, bytes: number): void;
  /** A whole binary message: there is none in this protocol. */
  onBinary(): void;
  /** A ping or a pong came: the peer lives. */
  onSign(): void;
  /** A pong came, after {@link onSign}: the peer has what it was sent before the ping. */
  onPong(): void;
  /** Unsent bytes became fewer. */
  onDrain(): void;
  /** The socket is gone, however it went. */
  onClose(): void;
}
