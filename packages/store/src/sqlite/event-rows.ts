import type { DatabaseSync } from "node:sqlite";
import type { EncodedEvent, ReadRequest, StoredEvent } from "../event-store.js";
import { type PageSlice, takeBytes } from "../rows/page.js";
import { prepare, type Statement } from "./statement.js";
import { toText } from "./text.js";

interface EventRow {
  readonly offset: number;
  readonly run: number | null;
  readonly json: string;
}

/** Numbers of runs whose names are remembered; a page names few, and they are the same in the next one. */
const maxRunNames = 10_000;

/** The log itself. */
export class EventRows {
  readonly #insert;
  readonly #insertKeyed;
  readonly #page: Statement<EventRow>;
  readonly #pageOfRun: Statement<EventRow>;
  readonly #runName;
  readonly #nextKey;
  readonly #latest;
  readonly #one: Statement<EventRow>;
  readonly #runNames = new Map<number, string>();

  constructor(database: DatabaseSync) {
    this.#insert = prepare(
      database,
      "INSERT INTO events (channel, offset, run, json) VALUES (?, ?, ?, ?)",
    );
    this.#insertKeyed = prepare(
      database,
      "INSERT INTO keyed (channel, offset, name, key) VALUES (?, ?, ?, ?)",
    );
    const columns = "SELECT offset, run, json FROM events";
    this.#page = prepare(
      database,
      `${columns} WHERE channel = ? AND offset > ? ORDER BY offset LIMIT ?`,
    );
    this.#pageOfRun = prepare(
      database,
      `${columns} WHERE run = ? AND offset > ? ORDER BY offset LIMIT ?`,
    );
    this.#one = prepare(database, `${columns} WHERE channel = ? AND offset = ?`);
    this.#runName = prepare<{ readonly name: string }>(
      database,
      "SELECT run_id AS name FROM runs WHERE id = ?",
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

  insert(channel: number, offset: number, run: number | null, { event, json }: EncodedEvent): void {
    this.#insert.run(channel, offset, run, json);
    if (run === null && event.type === "custom" && event.key !== undefined)
      this.#insertKeyed.run(channel, offset, toText(event.name), toText(event.key));
  }

  /** Without a bound of bytes in one call; with one, row by row: a page can be of hundreds of megabytes. */
  read(channel: number, { after, limit, maxBytes }: ReadRequest, run?: number): PageSlice {
    const statement = run === undefined ? this.#page : this.#pageOfRun;
    const of = run ?? channel;
    const toStored = (row: EventRow) => this.#toStored(row);
    return maxBytes === undefined
      ? { events: statement.all(of, after, limit).map(toStored), isFull: false }
      : takeBytes(statement.iterate(of, after, limit), toStored, maxBytes);
  }

  /** The latest of each name and key with an offset ≤ `upTo`: two steps down the index for each. */
  latestKeyed(channel: number, upTo: number): readonly StoredEvent[] {
    const events: StoredEvent[] = [];
    let last = this.#nextKey.get(channel, "", "");
    while (last !== undefined) {
      const offset = this.#latest.get(channel, last.name, last.key, upTo)?.offset ?? undefined;
      const row = offset === undefined ? undefined : this.#one.get(channel, offset);
      if (row !== undefined) events.push(this.#toStored(row));
      last = this.#nextKey.get(channel, last.name, last.key);
    }
    return events.toSorted((one, other) => one.offset - other.offset);
  }

  #toStored({ offset, run, json }: EventRow): StoredEvent {
    return run === null ? { offset, json } : { offset, runId: this.#nameOf(run, json), json };
  }

  #nameOf(run: number, json: string): string {
    const known = this.#runNames.get(run);
    if (known !== undefined) return known;
    const name = this.#runName.get(run)?.name ?? nameInside(json);
    if (this.#runNames.size >= maxRunNames) this.#runNames.clear();
    this.#runNames.set(run, name);
    return name;
  }
}

/** The row of a run may have been trimmed while the events that it wrote after the floor are still there. */
function nameInside(json: string): string {
  // Known: an event with a run's number was stored with the run's name in its text.
  return (JSON.parse(json) as { readonly runId: string }).runId;
}
