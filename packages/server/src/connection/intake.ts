import type { ServerSocket } from "../socket.js";

/** What every request costs beside its text, bytes: promises, timers, places in maps. */
const requestBytes = 256;

/**
 * Whether a socket is read. A peer is left unread while more of what it asked for is under way than the limit
 * allows, and while it does not take what it is sent: whatever it does, it costs a bounded amount of memory.
 *
 *   read ◀──▶ unread: requests under way > limit · unsent bytes > limit · more was published than the rate allows
 */
export class Intake {
  readonly #socket: ServerSocket;
  readonly #maxBytes: number;
  #pendingBytes = 0;
  /** For how many reasons nothing is read beside what is under way. */
  #stops = 0;
  #isPaused = false;
  #isClosed = false;

  constructor(socket: ServerSocket, maxBytes: number) {
    this.#socket = socket;
    this.#maxBytes = maxBytes;
  }

  /** Whether the peer's silence says nothing, because nobody reads what it sends. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Whether so much more would be too much. */
  isTooMuch(more: number): boolean {
    return this.#pendingBytes + more > this.#maxBytes;
  }

  /** A request of so many characters is under way; call what is returned once it is not. */
  begin(length: number): () => void {
    this.#weigh(length + requestBytes);
    return () => this.#weigh(-length - requestBytes);
  }

  /** Nothing is read until there was a `go` for each `stop`. */
  stop(): void {
    this.#stops += 1;
    this.#update();
  }

  go(): void {
    this.#stops -= 1;
    this.#update();
  }

  /** Reads on for good: the peer's answer to a close frame is to be seen, and nothing else is handled. */
  close(): void {
    this.#isClosed = true;
    this.#update();
  }

  #weigh(bytes: number): void {
    this.#pendingBytes += bytes;
    this.#update();
  }

  #update(): void {
    const mustPause = !this.#isClosed && (this.#stops > 0 || this.isTooMuch(0));
    if (mustPause === this.#isPaused) return;
    this.#isPaused = mustPause;
    if (mustPause) this.#socket.pause();
    else this.#socket.resume();
  }
}
