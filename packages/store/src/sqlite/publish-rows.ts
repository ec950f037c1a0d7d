import type { DatabaseSync } from "node:sqlite";
import type { PublishKey } from "../event-store.js";
import { retention } from "../rows/retention.js";
import { prepare } from "./statement.js";
import { toOrderedText, toText } from "./text.js";

interface Key {
  readonly channel: number;
  readonly writer: string;
  readonly id: string;
}

const beforeAll: Key = { channel: -1, writer: "", id: "" };

/**
 * What was appended under which key. The table is its own index: a second one, by time, would cost every append.
 * So old rows are found by walking through all of them, a few at a time.
 */
export class PublishRows {
  readonly #find;
  readonly #insert;
  readonly #boundary;
  readonly #deleteOld;
  #cursor = beforeAll;
  #appendsLeft: number = retention.appendsPerStep;

  constructor(database: DatabaseSync) {
    this.#find = prepare<{ readonly offset: number }>(
      database,
      "SELECT offset FROM publishes WHERE channel = ? AND writer = ? AND id = ?",
    );
    this.#insert = prepare(
      database,
      "INSERT INTO publishes (channel, writer, id, offset, at) VALUES (?, ?, ?, ?, ?)",
    );
    const afterCursor = "(channel, writer, id) > (?, ?, ?)";
    this.#boundary = prepare<Key>(
      database,
      `SELECT channel, writer, id FROM publishes WHERE ${afterCursor}
       ORDER BY channel, writer, id LIMIT 1 OFFSET ${retention.rowsPerStep - 1}`,
    );
    this.#deleteOld = prepare(
      database,
      `DELETE FROM publishes WHERE ${afterCursor} AND (channel, writer, id) <= (?, ?, ?) AND at <= ?`,
    );
  }

  find(channel: number, { writer, id }: PublishKey): number | undefined {
    return this.#find.get(channel, toText(writer), toOrderedText(id))?.offset;
  }

  insert(channel: number, { writer, id }: PublishKey, offset: number, now: number): void {
    this.#insert.run(channel, toText(writer), toOrderedText(id), offset, now);
    if (--this.#appendsLeft > 0) return;
    this.#appendsLeft = retention.appendsPerStep;
    this.#forgetSome(now - retention.publishMs);
  }

  #forgetSome(latest: number): void {
    const { channel, writer, id } = this.#cursor;
    const end = this.#boundary.get(channel, writer, id);
    const { channel: endChannel, writer: endWriter, id: endId } = end ?? afterAll;
    this.#deleteOld.run(channel, writer, id, endChannel, endWriter, endId, latest);
    this.#cursor = end ?? beforeAll;
  }
}

const afterAll: Key = { channel: Number.MAX_SAFE_INTEGER, writer: "", id: "" };
