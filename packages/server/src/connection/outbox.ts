import type { ServerMessage } from "@runwire/protocol";
import type { Clock } from "../clock.js";
import type { SlowReaderOptions } from "../options.js";
import type { ServerSocket } from "../socket.js";

/**
 * What goes out of one connection. It keeps nothing itself: what a socket has not taken yet is bounded by whoever
 * asks first whether there is room.
 */
export class Outbox {
  readonly #socket: ServerSocket;
  readonly #limits: SlowReaderOptions;
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #isClosed = false;
  #sentBytes = 0;
  #takenBytes = 0;
  #takenAt: number;

  constructor(socket: ServerSocket, limits: SlowReaderOptions, clock: Clock) {
    this.#socket = socket;
    this.#limits = limits;
    this.#clock = clock;
    this.#takenAt = clock.monotonic();
  }

  /** Bytes that the socket has not taken yet. */
  get bufferedBytes(): number {
    return this.#isClosed ? 0 : this.#socket.bufferedBytes();
  }

  get sentBytes(): number {
    return this.#sentBytes;
  }

  send(message: ServerMessage): void {
    this.sendText(JSON.stringify(message));
  }

  /** Sends a message that is text already. */
  sendText(text: string): void {
    this.#push(text, Buffer.byteLength(text));
  }

  /** Sends a message that is shared with others. */
  sendBytes(bytes: Uint8Array): void {
    this.#push(bytes, bytes.length);
  }

  /** Whether so many bytes may be pushed on top of what waits. An idle socket takes anything. */
  canTake(bytes: number): boolean {
    const buffered = this.bufferedBytes;
    return buffered === 0 || buffered + bytes <= this.#limits.maxBufferedBytes;
  }

  /** Whether the socket has taken enough to be given something large. */
  hasRoom(): boolean {
    return this.#isClosed || this.bufferedBytes < Math.max(1, this.#limits.resumeBelowBytes);
  }

  /** Resolves when there is room, or nobody to send to. */
  whenRoom(): Promise<void> {
    if (this.hasRoom()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The socket took something. */
  onDrain(): void {
    if (this.hasRoom()) this.#wake();
  }

  /** Whether the socket has taken no byte of what waits for it for too long. */
  isStuck(): boolean {
    const buffered = this.bufferedBytes;
    const taken = this.#sentBytes - buffered;
    const now = this.#clock.monotonic();
    if (buffered === 0 || taken > this.#takenBytes) {
      this.#takenBytes = taken;
      this.#takenAt = now;
    }
    return now - this.#takenAt >= this.#limits.timeoutMs;
  }

  /** Nothing is sent from now on. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  #push(message: string | Uint8Array, bytes: number): void {
    if (this.#isClosed) return;
    this.#sentBytes += bytes;
    this.#socket.send(message);
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
