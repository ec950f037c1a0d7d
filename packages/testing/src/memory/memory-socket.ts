import type { ServerSocket, SharedMessage } from "@runwire/server";

/** What a {@link MemorySocket} tells the one who made it. */
export interface MemorySocketHooks {
  /** A text was sent. */
  readonly onText?: (text: string, bytes: number) => void;
  readonly onPing?: () => void;
  /** The server closed it, or cut it (1006). Called once. */
  readonly onEnd?: (code: number, reason: string) => void;
  /** The server stops reading. */
  readonly onPause?: () => void;
  /** The server reads on. */
  readonly onResume?: () => void;
}

/**
 * The server's end of a socket that ends in memory: as slow as a test wants.
 *
 * @example
 * const socket = new MemorySocket({ onText: (text) => received.push(JSON.parse(text)) });
 * const handlers = runwire.accept(socket, { headers: {} });
 * handlers.onMessage('{"type":"hello"}', 16);
 */
export class MemorySocket implements ServerSocket {
  /** Whether bytes that are sent wait until they are taken. */
  isSlow = false;
  /** How the server ended it. */
  closed: { readonly code: number; readonly reason: string } | undefined;
  pings = 0;
  /** Told when bytes were taken. */
  onTaken: () => void = () => {};
  readonly #hooks: MemorySocketHooks;
  #isPaused = false;
  #buffered = 0;

  constructor(hooks: MemorySocketHooks = {}) {
    this.#hooks = hooks;
  }

  /** Whether the server does not read at the moment. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  send(text: string): void {
    this.#push(text, Buffer.byteLength(text));
  }

  sendShared({ bytes }: SharedMessage): void {
    this.#push(Buffer.from(bytes).toString(), bytes.length);
  }

  ping(): void {
    this.pings += 1;
    this.#hooks.onPing?.();
  }

  close(code: number, reason = ""): void {
    if (this.closed) return;
    this.closed = { code, reason };
    this.#hooks.onEnd?.(code, reason);
  }

  terminate(): void {
    this.close(1006);
  }

  bufferedBytes(): number {
    return this.#buffered;
  }

  pause(): void {
    this.#isPaused = true;
    this.#hooks.onPause?.();
  }

  resume(): void {
    this.#isPaused = false;
    this.#hooks.onResume?.();
  }

  /** Takes what waits. */
  drain(): void {
    this.take(this.#buffered);
  }

  /** Takes so much of what waits. */
  take(bytes: number): void {
    this.#buffered -= Math.min(bytes, this.#buffered);
    this.onTaken();
  }

  #push(text: string, bytes: number): void {
    if (this.closed) return;
    if (this.isSlow) this.#buffered += bytes;
    this.#hooks.onText?.(text, bytes);
  }
}
