import type { DatabaseSync } from "node:sqlite";
import type { ChannelHead } from "../event-store.js";
import { deriveEpoch } from "../rows/epoch.js";
import { isPlaceOf } from "./event-place.js";
import { Revisions } from "./revisions.js";
import { prepare, prepareTuples } from "./statement.js";

/** A channel that has, or had, events. */
export interface ChannelRow extends ChannelHead {
  /** Its number, which the other tables name; a deleted channel of the same name had another. */
  readonly id: number;
  readonly revision: number;
  /** Bytes of all texts that the channel ever had. */
  readonly total: number;
}

interface Columns extends Pick<ChannelRow, "id" | "epoch" | "floor" | "revision"> {
  /** As it was when the revision was given. */
  readonly head: number;
}

/** The channels of the file. */
export class ChannelRows {
  readonly revisions: Revisions;
  readonly #salt;
  readonly #find;
  readonly #end;
  readonly #insert;
  readonly #touch;
  readonly #raise;
  readonly #list;
  readonly #forget;

  constructor(database: DatabaseSync) {
    this.revisions = new Revisions(database);
    this.#salt = prepare<{ readonly salt: string }>(database, "SELECT salt FROM store");
    this.#find = prepare<Columns>(
      database,
      "SELECT id, epoch, floor, head, revision FROM channels WHERE name = ?",
    );
    this.#end = prepareTuples<readonly [offset: number, total: number]>(
      database,
      `SELECT offset, total FROM events WHERE ${isPlaceOf("?1")} ORDER BY place DESC LIMIT 1`,
    );
    this.#insert = prepare<Pick<ChannelRow, "id">>(
      database,
      `INSERT INTO channels (name, epoch, floor, head, revision) VALUES (?, ?, 1, 0, ?)
       RETURNING id`,
    );
    this.#touch = prepare(database, "UPDATE channels SET revision = ?, head = ? WHERE id = ?");
    this.#raise = prepare(database, "UPDATE channels SET floor = ?, revision = ? WHERE id = ?");
    this.#list = prepare<{ readonly name: string }>(
      database,
      `SELECT name FROM channels WHERE name > ?
       AND EXISTS (SELECT 1 FROM events WHERE ${isPlaceOf("channels.id")}) ORDER BY name LIMIT ?`,
    );
    this.#forget = prepare(database, "DELETE FROM channels WHERE id = ?");
  }

  find(name: string): ChannelRow | undefined {
    const row = this.#find.get(name);
    if (row === undefined) return undefined;
    const { id, epoch, floor, head, revision } = row;
    const [last, total] = this.#end(id)[0] ?? [0, 0];
    return { id, epoch, floor, revision, offset: Math.max(last, head), total };
  }

  head(name: string): ChannelHead {
    const row = this.find(name);
    return row === undefined
      ? { epoch: this.#unwrittenEpoch(name), offset: 0, floor: 1 }
      : { epoch: row.epoch, offset: row.offset, floor: row.floor };
  }

  /** The row of a channel that is about to get its first event. */
  create(name: string): ChannelRow {
    return this.#insertAs(name, this.#unwrittenEpoch(name));
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
    return { ...row, epoch, floor: 1, revision, offset: 0, total: 0 };
  }

  /** The salt is read each time: another process may have renewed it. */
  #unwrittenEpoch(name: string): string {
    const store = this.#salt.get();
    if (store === undefined) throw new Error("a migrated file has one row in its table `store`");
    return deriveEpoch(store.salt, name);
  }

  /** Notes that events came, the last of them at `head`. Answers the revision. */
  touch({ id, revision }: ChannelRow, head: number): number {
    const now = this.revisions.now();
    if (revision !== now) this.#touch.run(now, head, id);
    return now;
  }

  setFloor(id: number, floor: number): void {
    this.#raise.run(floor, this.revisions.now(), id);
  }

  list(after: string, limit: number): readonly string[] {
    return this.#list.all(after, limit).map(({ name }) => name);
  }
}
