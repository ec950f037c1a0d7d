import type { ServerClock } from "../clock.js";
import type { Logger } from "../logger.js";
import type { Connection } from "./connection.js";
import type { Outbox, UnsentBudget } from "./outbox.js";
import { SharedBytes } from "./shared-bytes.js";

/** What of a connection counts here. */
export type Buffering = Pick<Connection, "close" | "terminate"> & {
  readonly outbox: Pick<Outbox, "ownBytes" | "costBytes">;
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
 * Bounds the memory that waits for all sockets together: above it the connections that cost the most are cut first,
 * and nobody new is let in until it is counted again.
 *
 *   what a socket has for itself ── counted by asking every one, now and then ──┐
 *   what several share           ── counted as it comes and goes, once each ────┴──▶ more than `maxBytes`: cut
 *
 * The sockets are asked when what they had last and everything that had to wait since could be too much: never,
 * while they take what they are given.
 */
export class BufferBudget implements UnsentBudget {
  readonly shared = new SharedBytes();
  readonly #parts: BufferBudgetParts;
  #countedBytes = 0;
  #waitingSince = 0;
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

  onWaiting(bytes: number): void {
    this.#waitingSince += bytes;
    if (this.#isDue || !this.#isTooMuch(this.#countedBytes + this.#waitingSince)) return;
    this.#isDue = true;
    this.#stopTimer();
    // Not within a fan-out, whose subscribers a cut connection would take away.
    this.#stopTimer = this.#parts.clock.soon(() => this.#count());
  }

  close(): void {
    this.#stopTimer();
    this.#isDue = true;
  }

  #isTooMuch(ownBytes: number): boolean {
    return ownBytes + this.shared.total > this.#parts.maxBytes;
  }

  #count(): void {
    const { connections, clock } = this.#parts;
    const all = [...connections];
    const ownBytes = all.reduce((sum, { outbox }) => sum + outbox.ownBytes, 0);
    this.#isOver = this.#isTooMuch(ownBytes);
    this.#isDue = false;
    this.#waitingSince = 0;
    this.#countedBytes = this.#isOver ? this.#cutSlowest(all, ownBytes) : ownBytes;
    if (this.#isOver) this.#stopTimer = clock.after(countAgainMs, () => this.#count());
  }

  /** Cuts those that cost the most, until the rest is not too much; says how much the rest has for itself. */
  #cutSlowest(connections: readonly Buffering[], ownBytes: number): number {
    const total = ownBytes + this.shared.total;
    let left = ownBytes;
    let count = 0;
    for (const [connection] of inOrderOfCost(connections)) {
      if (!this.#isTooMuch(left)) break;
      left -= connection.outbox.ownBytes;
      connection.close("slowReader");
      connection.terminate();
      count += 1;
    }
    const { logger } = this.#parts;
    logger.warn(`${total} bytes waited for slow readers; the slowest ${count} were closed`);
    return left;
  }
}

/** What is shared costs each its part only: who holds the same as a thousand others goes after who holds it alone. */
function inOrderOfCost(connections: readonly Buffering[]) {
  return connections
    .map((connection) => [connection, connection.outbox.costBytes] as const)
    .toSorted(([, one], [, other]) => other - one);
}
