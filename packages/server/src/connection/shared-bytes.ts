import type { SharedMessage } from "../socket.js";

/**
 * What sockets have not taken yet of the messages that they share. A message is in memory once, however many wait
 * with it, and so it is counted once: the first that waits pays, and the last that lets go frees.
 */
export class SharedBytes {
  readonly #holders = new Map<SharedMessage, number>();
  #total = 0;

  /** Bytes of all messages that somebody waits with. */
  get total(): number {
    return this.#total;
  }

  /** How many wait with a message. */
  holdersOf(message: SharedMessage): number {
    return this.#holders.get(message) ?? 0;
  }

  hold(message: SharedMessage): void {
    const holders = this.holdersOf(message);
    if (holders === 0) this.#total += message.bytes.length;
    this.#holders.set(message, holders + 1);
  }

  /** Once for each {@link hold}. */
  letGo(message: SharedMessage): void {
    const holders = this.holdersOf(message);
    if (holders > 1) this.#holders.set(message, holders - 1);
    else if (this.#holders.delete(message)) this.#total -= message.bytes.length;
  }
}
