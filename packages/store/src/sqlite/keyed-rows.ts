import type { DatabaseSync } from "node:sqlite";
import type { RunwireEvent } from "@runwire/protocol";
import { prepare } from "./statement.js";
import { toText } from "./text.js";

/** Where the channel's own keyed events are. */
export class KeyedRows {
  readonly #insert;
  readonly #nextKey;
  readonly #latest;

  constructor(database: DatabaseSync) {
    this.#insert = prepare(
      database,
      "INSERT INTO keyed (channel, offset, name, key) VALUES (?, ?, ?, ?)",
    );
    this.#nextKey = prepare<{ readonly name: string; readonly key: string }>(
      database,
      "SELECT name, key FROM keyed WHERE channel = ? AND (name, key) > (?, ?) ORDER BY name, key LIMIT 1",
    );
    this.#latest = prepare<{ readonly offset: number | null }>(
      database,
      "SELECT max(offset) AS offset FROM keyed WHERE channel = ? AND name = ? AND key = ? AND offset <= ?",
    );
  }

  /** Notes an event, where it is one of the channel itself and has a key. */
  note(channel: number, offset: number, event: RunwireEvent): void {
    if (event.type !== "custom" || event.runId !== undefined || event.key === undefined) return;
    this.#insert.run(channel, offset, toText(event.name), toText(event.key));
  }

  /** The latest offset of each name and key that is ≤ `upTo`: two steps down the index for each. */
  latest(channel: number, upTo: number): readonly number[] {
    const offsets: number[] = [];
    let next = this.#nextKey.get(channel, "", "");
    while (next !== undefined) {
      const offset = this.#latest.get(channel, next.name, next.key, upTo)?.offset ?? undefined;
      if (offset !== undefined) offsets.push(offset);
      next = this.#nextKey.get(channel, next.name, next.key);
    }
    return offsets.toSorted((one, other) => one - other);
  }
}
