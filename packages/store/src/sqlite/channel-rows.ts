import type { DatabaseSync } from "node:sqlite";
import type { ChannelHead } from "../event-store.js";
import { deriveEpoch } from "../rows/epoch.js";
import { prepare } from "./statement.js";

/** A channel that has, or had, events. */
export interface ChannelRow extends ChannelHead {
  /** Its number, which the other tables name; a deleted channel of the same name had another. */
  readonly id: number;
}

/** The channels of the file; every change of one gets a new revision, by which others find it. */
export class ChannelRows {
  readonly #salt: string;
  readonly #find;
  readonly #insert;
  readonly #grow;
  readonly #trim;
  readonly #list;
  readonly #forget;
  readonly #since;
  readonly #latest;

  constructor(database: DatabaseSync) {
    const next = "(SELECT coalesce(max(revision), 0) + 1 FROM channels)";
    // Known: every migrated file has this one row.
    this.#salt = prepare<{ readonly salt: string }>(database, "SELECT salt FROM store").get()
      ?.salt as string;
    this.#find = prepare<ChannelRow>(
      database,
      "SELECT id, epoch, head AS offset, floor FROM channels WHERE name = ?",
    );
    this.#insert = prepare<ChannelRow>(
      database,
      `INSERT INTO channels (name, epoch, head, floor, revision) VALUES (?, ?, 0, 1, ${next})
       RETURNING id, epoch, head AS offset, floor`,
    );
    this.#grow = prepare(database, `UPDATE channels SET head = ?, revision = ${next} WHERE id = ?`);
    this.#trim = prepare(
      database,
      `UPDATE channels SET floor = ?, revision = ${next} WHERE id = ?`,
    );
    this.#list = prepare<{ readonly name: string }>(
      database,
      "SELECT name FROM channels WHERE name > ? AND head > 0 ORDER BY name LIMIT ?",
    );
    this.#forget = prepare(database, "DELETE FROM channels WHERE id = ?");
    this.#latest = prepare<{ readonly revision: number | null }>(
      database,
      "SELECT max(revision) AS revision FROM channels",
    );
    this.#since = prepare<{ readonly name: string; readonly revision: number }>(
      database,
      "SELECT name, revision FROM channels WHERE revision > ? ORDER BY revision",
    );
  }

  find(name: string): ChannelRow | undefined {
    return this.#find.get(name);
  }

  head(name: string): ChannelHead {
    return (
      headOf(this.#find.get(name)) ?? { epoch: deriveEpoch(this.#salt, name), offset: 0, floor: 1 }
    );
  }

  /** The row of a channel that is about to get its first event. */
  create(name: string): ChannelRow {
    return this.#insertAs(name, deriveEpoch(this.#salt, name));
  }

  /** The same name, as a channel that shares nothing with the one before. */
  replace(channel: ChannelRow, name: string, epoch: string): void {
    this.#forget.run(channel.id);
    this.#insertAs(name, epoch);
  }

  #insertAs(name: string, epoch: string): ChannelRow {
    const row = this.#insert.get(name, epoch);
    if (row === undefined) throw new Error(`channel ${name} was inserted and not returned`);
    return row;
  }

  setHead(id: number, head: number): void {
    this.#grow.run(head, id);
  }

  setFloor(id: number, floor: number): void {
    this.#trim.run(floor, id);
  }

  list(after: string, limit: number): readonly string[] {
    return this.#list.all(after, limit).map(({ name }) => name);
  }

  get latestRevision(): number {
    return this.#latest.get()?.revision ?? 0;
  }

  /** The channels that changed after a revision, in the order of their changes. */
  changedSince(revision: number) {
    return this.#since.all(revision);
  }
}

function headOf(row: ChannelRow | undefined): ChannelHead | undefined {
  return row && { epoch: row.epoch, offset: row.offset, floor: row.floor };
}
