import type { DatabaseSync } from "node:sqlite";
import { isPlaceOf } from "./event-place.js";
import { prepare } from "./statement.js";

/** Rows of one table that one step deletes. */
const rowsPerStep = 2_000;

/** Where deleted channels left rows, and how to delete some of them. `runs` comes last: two tables are found by it. */
const deletions = [
  `DELETE FROM events WHERE place IN
     (SELECT place FROM events WHERE ${isPlaceOf("?1")} ORDER BY place LIMIT ${rowsPerStep})`,
  `DELETE FROM keyed WHERE channel = ?1 AND offset IN
     (SELECT offset FROM keyed WHERE channel = ?1 ORDER BY offset LIMIT ${rowsPerStep})`,
  `DELETE FROM publishes WHERE channel = ?1 AND (writer, id) IN
     (SELECT writer, id FROM publishes WHERE channel = ?1 LIMIT ${rowsPerStep})`,
  `DELETE FROM tools WHERE (run, tool) IN
     (SELECT run, tool FROM tools WHERE run IN (SELECT id FROM runs WHERE channel = ?1) LIMIT ${rowsPerStep})`,
  `DELETE FROM stretches WHERE (run, last) IN
     (SELECT run, last FROM stretches WHERE run IN (SELECT id FROM runs WHERE channel = ?1) LIMIT ${rowsPerStep})`,
  `DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE channel = ?1 LIMIT ${rowsPerStep})`,
];

/** Channels that are deleted already, for everybody, and whose rows are still there. */
export class GarbageRows {
  readonly #add;
  readonly #next;
  readonly #done;
  readonly #deletions;

  constructor(database: DatabaseSync) {
    this.#add = prepare(database, "INSERT INTO garbage (channel) VALUES (?)");
    this.#next = prepare<{ readonly channel: number }>(
      database,
      "SELECT channel FROM garbage LIMIT 1",
    );
    this.#done = prepare(database, "DELETE FROM garbage WHERE channel = ?");
    this.#deletions = deletions.map((sql) => prepare(database, sql));
  }

  add(channel: number): void {
    this.#add.run(channel);
  }

  /** Whether anything is left. */
  get isEmpty(): boolean {
    return this.#next.get() === undefined;
  }

  /** Deletes some rows of one channel. */
  deleteSome(): void {
    const channel = this.#next.get()?.channel;
    if (channel === undefined) return;
    for (const deletion of this.#deletions) if (Number(deletion.run(channel).changes) > 0) return;
    this.#done.run(channel);
  }
}
