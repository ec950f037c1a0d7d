import type { DatabaseSync } from "node:sqlite";
import type { ChannelHead } from "../event-store.js";
import { deriveEpoch } from "../rows/epoch.js";
import { Revisions } from "./revisions.js";
import { prepare } from "./statement.js";

/** A channel that has, or had, events. */
export interface ChannelRow extends ChannelHead {
  /** Its number, which the other tables name; a deleted channel of the same name had another. */
  readonly id: number;
  readonly revision: number;
}

const columns = "id, epoch, head AS offset, floor, revision";

/** The channels of the file. */
export class ChannelRows {
  readonly revisions: Revisions;
  readonly #salt: string;
  readonly #find;
  readonly #insert;
  readonly #grow;
  readonly #change;
  readonly #list;
  readonly #forget;

  constructor(database: DatabaseSync) {
    this.revisions = new Revisions(database);
    const store = prepare<{ readonly salt: string }>(database, "SELECT salt FROM store").get();
    if (store === undefined) throw new Error("a migrated file has one row in its table `store`");
    this.#salt = store.salt;
    this.#find = prepare<ChannelRow>(database, `SELECT ${columns} FROM channels WHERE name = ?`);
    this.#insert = prepare<ChannelRow>(
      database,
      `INSERT INTO channels (name, epoch, head, floor, revision) VALUES (?, ?, 0, 1, ?)
       RETURNING ${columns}`,
    );
    this.#grow = prepare(database, "UPDATE channels SET head = ? WHERE id = ?");
    this.#change = prepare(
      database,
      "UPDATE channels SET head = ?, floor = ?, revision = ? WHERE id = ?",
    );
    this.#list = prepare<{ readonly name: string }>(
      database,
      "SELECT name FROM channels WHERE name > ? AND head > 0 ORDER BY name LIMIT ?",
    );
    this.#forget = prepare(database, "DELETE FROM channels WHERE id = ?");
  }

  find(name: string): ChannelRow | undefined {
    return this.#find.get(name);
  }

  head(name: string): ChannelHead {
    const row = this.#find.get(name);
    return row === undefined
      ? { epoch: deriveEpoch(this.#salt, name), offset: 0, floor: 1 }
      : { epoch: row.epoch, offset: row.offset, floor: row.floor };
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
    const row = this.#insert.get(name, epoch, this.revisions.now());
    if (row === undefined) throw new Error(`channel ${name} was inserted and not returned`);
    return row;
  }

  setHead({ id, floor, revision }: ChannelRow, head: number): void {
    const now = this.revisions.now();
    if (revision === now) this.#grow.run(head, id);
    else this.#change.run(head, floor, now, id);
  }

  setFloor({ id, offset }: ChannelRow, floor: number): void {
    this.#change.run(offset, floor, this.revisions.now(), id);
  }

  list(after: string, limit: number): readonly string[] {
    return this.#list.all(after, limit).map(({ name }) => name);
  }
}
