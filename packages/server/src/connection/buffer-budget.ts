import type { ServerClock } from "../clock.js";
import type { Logger } from "../logger.js";
import type { Connection } from "./connection.js";

/** What of a connection counts here. */
export type Buffering = Pick<Connection, "close" | "terminate"> & {
  readonly outbox: { readonly bufferedBytes: number };
};

/** How long after too much was counted it is counted again, milliseconds. */
const countAgainMs = 1_000;

/** What a budget is made of. */
export interface BufferBudgetParts {
  readonly connections: Iterable<Buffering>;
  readonly maxBytes: number;
  readonly clock: ServerClock;
  readonly logger: Logger;
}

/**
 * Bounds what all sockets together have not taken yet: above it the connections with the most are cut first, and
 * nobody new is let in until it is counted again.
 *
 * Who takes how much is known only by asking every socket. That is done when what was counted last and everything
 * sent since could be too much together: for clients that read, once in `maxBytes` sent.
 */
export class BufferBudget {
  readonly #parts: BufferBudgetParts;
  #countedBytes = 0;
  #sentSince = 0;
  #isDue = false;
  #isOver = false;
  #stopTimer: () => void = () => {};

  constructor(parts: BufferBudgetParts) {
    this.#parts = parts;
  }

  /** Whether too much waited when it was counted last. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** So much was given to a socket. */
  onSent(bytes: number): void {
    this.#sentSince += bytes;
    if (this.#isDue || this.#countedBytes + this.#sentSince <= this.#parts.maxBytes) return;
    this.#isDue = true;
    this.#stopTimer();
    // Not within a fan-out, whose subscribers a cut connection would take away.
    this.#stopTimer = this.#parts.clock.soon(() => this.#count());
  }

  close(): void {
    this.#stopTimer();
    this.#isDue = true;
  }

  #count(): void {
    const { connections, maxBytes, clock } = this.#parts;
    const buffering = [...connections].map(
      (connection) => [connection, connection.outbox.bufferedBytes] as const,
    );
    const total = buffering.reduce((sum, [, bytes]) => sum + bytes, 0);
    this.#isOver = total > maxBytes;
    this.#isDue = false;
    this.#sentSince = 0;
    this.#countedBytes = this.#isOver ? this.#cutSlowest(buffering, total) : total;
    if (this.#isOver) this.#stopTimer = clock.after(countAgainMs, () => this.#count());
  }

  /** Cuts those for whom most waits, until the rest is not too much; says how much that is. */
  #cutSlowest(buffering: readonly (readonly [Buffering, number])[], total: number): number {
    const { maxBytes, logger } = this.#parts;
    let left = total;
    let count = 0;
    for (const [connection, bytes] of buffering.toSorted(([, a], [, b]) => b - a)) {
      if (left <= maxBytes) break;
      connection.close("slowReader");
      connection.terminate();
      left -= bytes;
      count += 1;
    }
    logger.warn(`${total} bytes waited for slow readers; the slowest ${count} were closed`);
    return left;
  }
}
