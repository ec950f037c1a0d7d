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

const columns = `id, epoch, floor, revision,
  coalesce((SELECT max(offset) FROM events WHERE channel = channels.id), 0) AS offset`;

/** The channels of the file. */
export class ChannelRows {
  readonly revisions: Revisions;
  readonly #salt: string;
  readonly #find;
  readonly #insert;
  readonly #touch;
  readonly #raise;
  readonly #list;
  readonly #forget;

  constructor(database: DatabaseSync) {
    this.revisions = new Revisions(database);
    const store = prepare<{ readonly salt: string }>(database, "SELECT salt FROM store").get();
    if (store === undefined) throw new Error("a migrated file has one row in its table `store`");
    this.#salt = store.salt;
    this.#find = prepare<ChannelRow>(database, `SELECT ${columns} FROM channels WHERE name = ?`);
    this.#insert = prepare<Pick<ChannelRow, "id">>(
      database,
      `INSERT INTO channels (name, epoch, floor, revision) VALUES (?, ?, 1, ?)
       RETURNING id`,
    );
    this.#touch = prepare(database, "UPDATE channels SET revision = ? WHERE id = ?");
    this.#raise = prepare(database, "UPDATE channels SET floor = ?, revision = ? WHERE id = ?");
    this.#list = prepare<{ readonly name: string }>(
      database,
      `SELECT name FROM channels WHERE name > ?
       AND EXISTS (SELECT 1 FROM events WHERE channel = channels.id) ORDER BY name LIMIT ?`,
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
    const revision = this.revisions.now();
    const row = this.#insert.get(name, epoch, revision);
    if (row === undefined) throw new Error(`channel ${name} was inserted and not returned`);
    return { ...row, epoch, floor: 1, revision, offset: 0 };
  }

  /** Notes that events came: where the channel now ends, they say themselves. */
  touch({ id, revision }: ChannelRow): void {
    const now = this.revisions.now();
    if (revision !== now) this.#touch.run(now, id);
  }

  setFloor(id: number, floor: number): void {
    this.#raise.run(floor, this.revisions.now(), id);
  }

  list(after: string, limit: number): readonly string[] {
    return this.#list.all(after, limit).map(({ name }) => name);
  }
}
