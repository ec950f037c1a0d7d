import type { DatabaseSync } from "node:sqlite";
import { prepare } from "./statement.js";

/** A channel that goes on changing gets a new revision this often: not at every append, for each rewrites an index. */
const revisionMs = 100;

/**
 * When a channel last changed, in tenths of a second of the machine's clock, which all processes on the file
 * share. Only hints depend on it: a clock that is set back repeats some, and loses none.
 */
export class Revisions {
  readonly #latest;
  readonly #since;

  constructor(database: DatabaseSync) {
    this.#latest = prepare<{ readonly revision: number | null }>(
      database,
      "SELECT max(revision) AS revision FROM channels",
    );
    this.#since = prepare<{ readonly name: string; readonly revision: number }>(
      database,
      "SELECT name, revision FROM channels WHERE revision >= ? ORDER BY revision",
    );
  }

  now(): number {
    return Math.floor(Date.now() / revisionMs);
  }

  latest(): number {
    return this.#latest.get()?.revision ?? 0;
  }

  /** The channels that may have changed since one was seen with this revision; the last of them the latest. */
  since(revision: number) {
    return this.#since.all(Math.min(revision, this.now()));
  }
}
