import { setTimeout as delay } from "node:timers/promises";

/** How long the next try waits: often at first, for locks are short; spread, for others wait too. */
const firstDelayMs = 2;
const maxDelayMs = 40;

/**
 * When to try again while another process holds the lock. Waiting in the thread (SQLite's own busy_timeout)
 * would stop every connection of this server for as long.
 */
export class BusyWait {
  readonly #until: number;
  #delayMs = firstDelayMs;

  constructor(timeoutMs: number, since = performance.now()) {
    this.#until = since + timeoutMs;
  }

  get isOver(): boolean {
    return performance.now() >= this.#until;
  }

  async pause(): Promise<void> {
    await delay(this.#delayMs * (0.5 + Math.random() / 2));
    this.#delayMs = Math.min(this.#delayMs * 2, maxDelayMs);
  }
}
