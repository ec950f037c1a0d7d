import { repeat, type ServerClock } from "../clock.js";
import type { HeartbeatOptions } from "../options.js";
import type { Connection } from "./connection.js";

/** Parts of a round: the sockets are pinged a few at a time, not all at once. */
const slots = 30;
/** Of those that are due in one part so many are pinged together: 333 of them hold up everybody else for 10 to 20 ms. */
const mostTogether = 25;
/** A tick that comes this late means that this process stood still, milliseconds. */
const stallMs = 1_000;

/**
 * Pings every connection once in a round, and ends those that are silent or take nothing for too long.
 *
 * One timer for all: one for each costs 1.5 times the CPU, and one burst for 10,000 stalls the loop for 139 ms.
 * After a stall of this process nobody is judged before their sockets had a chance to be read.
 */
export class Heartbeat {
  readonly #clock: ServerClock;
  readonly #options: HeartbeatOptions;
  readonly #rounds: Set<Connection>[] = Array.from({ length: slots }, () => new Set());
  readonly #slotOf = new Map<Connection, Set<Connection>>();
  readonly #stop: () => void;
  #slot = 0;
  /** Those of this part whose ping is still to come. */
  #due: readonly Connection[] = [];
  #stopPings: () => void = () => {};

  constructor(clock: ServerClock, options: HeartbeatOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#stop = repeat(clock, options.intervalMs / slots, ({ lateMs }) => this.#tick(lateMs));
  }

  /** Where there are the fewest: those that came together are not pinged together for ever. */
  add(connection: Connection): void {
    const slot = this.#emptiest();
    slot.add(connection);
    this.#slotOf.set(connection, slot);
  }

  remove(connection: Connection): void {
    this.#slotOf.get(connection)?.delete(connection);
    this.#slotOf.delete(connection);
  }

  close(): void {
    this.#stop();
    this.#stopPings();
  }

  /** Of several the last one of this round. */
  #emptiest(): Set<Connection> {
    const inOrder = [...this.#rounds.slice(this.#slot), ...this.#rounds.slice(0, this.#slot)];
    return inOrder.reduce((best, slot) => (slot.size <= best.size ? slot : best));
  }

  #tick(lateMs: number): void {
    if (lateMs >= stallMs) this.#forgive(lateMs);
    const now = this.#clock.monotonic();
    for (const connection of [...this.#slotOf.keys()]) this.#judge(connection, now);
    this.#stopPings();
    this.#due = [...this.#due, ...(this.#rounds[this.#slot] ?? [])];
    this.#slot = (this.#slot + 1) % slots;
    this.#pingSome(this.#options.intervalMs / slots / Math.ceil(this.#due.length / mostTogether));
  }

  /** A few now, and a few after a while, until the next part begins. */
  #pingSome(everyMs: number): void {
    const now = this.#due.slice(0, mostTogether);
    this.#due = this.#due.slice(mostTogether);
    for (const connection of now) if (this.#slotOf.has(connection)) connection.ping();
    if (this.#due.length > 0)
      this.#stopPings = this.#clock.after(everyMs, () => this.#pingSome(everyMs));
  }

  #judge(connection: Connection, now: number): void {
    if (connection.isPaused) connection.heardAt = now;
    if (connection.outbox.isStuck()) connection.close("slowReader");
    else if (now - connection.heardAt < this.#options.timeoutMs) return;
    connection.terminate();
  }

  /** The time in which nothing could be read is nobody's silence. */
  #forgive(lateMs: number): void {
    for (const connection of this.#slotOf.keys()) connection.forgive(lateMs);
  }
}
