import type { SharedMessage } from "../socket.js";
import type { SharedBytes } from "./shared-bytes.js";

interface Held {
  readonly message: SharedMessage;
  /** Where it ends in all that was sent to the socket. */
  readonly end: number;
}

/** The shared messages that one socket has not taken yet, in the order in which they were sent. */
export class HeldMessages {
  readonly #shared: SharedBytes;
  readonly #held: Held[] = [];
  #bytes = 0;

  constructor(shared: SharedBytes) {
    this.#shared = shared;
  }

  get count(): number {
    return this.#held.length;
  }

  /** Their bytes, in full. */
  get bytes(): number {
    return this.#bytes;
  }

  /** This socket's part of their bytes: of what two wait with, half. */
  get part(): number {
    return this.#held.reduce(
      (sum, { message }) => sum + message.bytes.length / this.#shared.holdersOf(message),
      0,
    );
  }

  add(message: SharedMessage, end: number): void {
    this.#held.push({ message, end });
    this.#bytes += message.bytes.length;
    this.#shared.hold(message);
  }

  /** The socket has taken so much of all that it was sent. */
  takenUpTo(position: number): void {
    const first = this.#held.findIndex(({ end }) => end > position);
    this.#letGo(this.#held.splice(0, first === -1 ? this.#held.length : first));
  }

  letGoOfAll(): void {
    this.#letGo(this.#held.splice(0));
  }

  #letGo(taken: readonly Held[]): void {
    for (const { message } of taken) {
      this.#bytes -= message.bytes.length;
      this.#shared.letGo(message);
    }
  }
}
