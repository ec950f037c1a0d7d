import type { DatabaseSync } from "node:sqlite";
import { isPlaceOf } from "./event-place.js";
import { prepare, type Statement } from "./statement.js";

interface Found {
  readonly first: number | null;
}

/** Events that one step may delete; a single run that is longer goes in one step all the same. */
const eventsPerStep = 2_000;

/** What goes when the floor of a channel is raised. */
export class TrimmedRows {
  readonly #oldestOpenRoot: Statement<Found>;
  readonly #rootUpTo: Statement<Found>;
  readonly #rootAfter: Statement<Found>;
  readonly #deletions;

  constructor(database: DatabaseSync) {
    this.#oldestOpenRoot = prepare(
      database,
      `SELECT min(first) AS first FROM runs WHERE channel = ?1 AND run_id IN
         (SELECT root_run_id FROM runs WHERE channel = ?1 AND status = 'running')`,
    );
    const roots = "FROM runs WHERE channel = ? AND run_id = root_run_id";
    this.#rootUpTo = prepare(database, `SELECT max(first) AS first ${roots} AND first <= ?`);
    this.#rootAfter = prepare(database, `SELECT min(first) AS first ${roots} AND first > ?`);
    this.#deletions = [
      // Of each name and key the latest stays, wherever it is.
      `DELETE FROM keyed WHERE channel = ?1 AND offset < ?2 AND offset < (
         SELECT max(offset) FROM keyed AS later
         WHERE later.channel = keyed.channel AND later.name = keyed.name AND later.key = keyed.key)`,
      `DELETE FROM events WHERE ${isPlaceOf("?1", "0", "?2 - 1")} AND NOT EXISTS (
         SELECT 1 FROM keyed WHERE keyed.channel = events.channel AND keyed.offset = events.offset)`,
      `DELETE FROM stretches WHERE run IN (SELECT id FROM runs WHERE channel = ?1 AND root_run_id IN (
         SELECT run_id FROM runs WHERE channel = ?1 AND run_id = root_run_id AND first < ?2))`,
      `DELETE FROM runs WHERE channel = ?1 AND root_run_id IN (
         SELECT run_id FROM runs WHERE channel = ?1 AND run_id = root_run_id AND first < ?2)`,
    ].map((sql) => prepare(database, sql));
  }

  /** The floor for a wish: where a root run began, and not past one that goes on. 0 where there is none. */
  floorAt(channel: number, wish: number): number {
    const highest = Math.min(wish, this.#oldestOpenRoot.get(channel)?.first ?? wish);
    return this.#rootUpTo.get(channel, highest)?.first ?? 0;
  }

  /** A floor between `from` and `to` that is not too far away. */
  stepTowards(channel: number, from: number, to: number): number {
    const near = this.#rootUpTo.get(channel, Math.min(from + eventsPerStep, to))?.first ?? 0;
    return near > from ? near : (this.#rootAfter.get(channel, from)?.first ?? to);
  }

  deleteBelow(channel: number, floor: number): void {
    for (const deletion of this.#deletions) deletion.run(channel, floor);
  }
}
