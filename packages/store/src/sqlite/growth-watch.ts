import type { DatabaseSync } from "node:sqlite";
import type { Revisions } from "./revisions.js";
import { prepare } from "./statement.js";

/** How long a change by another process may go unseen. */
const pollMs = 100;

/**
 * Notices that another process wrote to the file. `data_version` costs microseconds and says only *that*;
 * which channels it was say their revisions. What this process wrote is told by itself.
 */
export class GrowthWatch {
  readonly #revisions: Revisions;
  readonly #dataVersion;
  readonly #onGrown: (channels: readonly string[]) => void;
  #timer: NodeJS.Timeout | undefined;
  #seenVersion: number | undefined;
  #seenRevision = 0;

  constructor(
    database: DatabaseSync,
    revisions: Revisions,
    onGrown: (channels: readonly string[]) => void,
  ) {
    this.#revisions = revisions;
    this.#onGrown = onGrown;
    this.#dataVersion = prepare<{ readonly data_version: number }>(database, "PRAGMA data_version");
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#poll(), pollMs).unref();
    // The state to compare with, while nobody has read anything yet.
    this.#skipToNow();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #skipToNow(): void {
    try {
      this.#seenVersion = this.#dataVersion.get()?.data_version;
      this.#seenRevision = this.#revisions.latest();
    } catch {
      // Locked: the first poll that succeeds tells of everything since revision 0, which is allowed.
      this.#seenVersion = undefined;
    }
  }

  #poll(): void {
    try {
      const version = this.#dataVersion.get()?.data_version;
      if (version === this.#seenVersion) return;
      const changed = this.#revisions.since(this.#seenRevision);
      this.#seenVersion = version;
      this.#seenRevision = changed.at(-1)?.revision ?? this.#seenRevision;
      this.#onGrown(changed.map(({ name }) => name));
    } catch {
      // Locked for this moment: the next poll sees the same difference.
    }
  }
}
