import type { ServerSocket, SharedMessage } from "../../src/socket.ts";

/** A socket that ends in memory: as slow as a test wants. */
export class MemorySocket implements ServerSocket {
  /** Takes nothing while it is slow. */
  isSlow = false;
  isPaused = false;
  closed: { readonly code: number } | undefined;
  pings = 0;
  /** Told when bytes were taken. */
  onTaken: () => void = () => {};
  readonly texts: string[] = [];
  readonly #onText: (text: string) => void;
  #buffered = 0;

  constructor(onText: (text: string) => void = () => {}) {
    this.#onText = onText;
  }

  send(text: string): void {
    this.#push(text, Buffer.byteLength(text));
  }

  sendShared({ bytes }: SharedMessage): void {
    this.#push(Buffer.from(bytes).toString(), bytes.length);
  }

  ping(): void {
    this.pings += 1;
  }

  close(code: number): void {
    this.closed = { code };
  }

  terminate(): void {
    this.closed ??= { code: 1006 };
  }

  bufferedBytes(): number {
    return this.#buffered;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  /** Takes what waits. */
  drain(): void {
    this.take(this.#buffered);
  }

  take(bytes: number): void {
    this.#buffered -= Math.min(bytes, this.#buffered);
    this.onTaken();
  }

  #push(text: string, bytes: number): void {
    this.texts.push(text);
    if (this.isSlow) this.#buffered += bytes;
    this.#onText(text);
  }
}
