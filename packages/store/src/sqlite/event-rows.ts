import type { DatabaseSync } from "node:sqlite";
import type { ReadRequest, StoredEvent } from "../event-store.js";
import { type PageSlice, takeBytes } from "../rows/page.js";
import { unreadableEvent } from "../rows/unreadable.js";
import { checkPlace, type EventPlace, isPlaceOf, placeOf } from "./event-place.js";
import { sumOf } from "./event-sum.js";
import { RunNames } from "./run-names.js";
import { prepare, prepareTuples } from "./statement.js";

type EventRow = readonly [offset: number, run: number | null, sum: number, json: string];

/** Texts that one call reads at most, bytes: each call costs as much as 40 rows. */
const bytesPerCall = 1_048_576;
/** Rows that one call reads where the texts are more: a page of the largest events ends by its bytes after the first. */
const rowsPerCall = 250;

/** Which run's events to read, and where its latest stretch begins. */
export interface RunToRead {
  readonly id: number;
  readonly stretch: number;
  readonly last: number;
}

/**
 * The log itself. There is no index by run: an append would have to write it for every event. Instead a run
 * knows its stretches, the ranges of offsets in which it alone wrote; the latest stands in its row.
 */
export class EventRows {
  readonly #insert;
  readonly #range;
  readonly #total;
  readonly #earlierStretches;
  readonly #runNames;

  constructor(database: DatabaseSync) {
    this.#runNames = new RunNames(database);
    this.#insert = prepare(
      database,
      `INSERT INTO events (place, run, total, sum, json)
       VALUES (${placeOf("?1", "?2")}, ?, ?, ?, CAST(? AS TEXT))`,
    );
    this.#range = prepareTuples<EventRow>(
      database,
      `SELECT offset, run, sum, json FROM events
       WHERE ${isPlaceOf("?1", "?2 + 1", "?3")} ORDER BY place LIMIT ?4`,
    );
    this.#total = prepare<{ readonly total: number }>(
      database,
      `SELECT total FROM events WHERE ${isPlaceOf("?1", "0", "?2")} ORDER BY place DESC LIMIT 1`,
    );
    this.#earlierStretches = prepareTuples<EventRow>(
      database,
      `SELECT events.offset, events.run, events.sum, events.json
       FROM stretches CROSS JOIN events
         ON ${isPlaceOf("?1", "max(stretches.first, ?3 + 1)", "stretches.last")}
       WHERE stretches.run = ?2 AND stretches.last > ?3
       ORDER BY stretches.last, events.place LIMIT ?4`,
    );
  }

  /** `total`: the bytes of all the channel's texts, this one included. `text`: UTF-8. */
  insert(place: EventPlace, total: number, text: Uint8Array): void {
    const { channel, offset, run } = place;
    checkPlace(place);
    this.#insert.run(channel, offset, run, total, sumOf(text, place), text);
  }

  /** The event at an offset, where it is kept. */
  at(channel: number, offset: number): StoredEvent | undefined {
    const row = this.#range(channel, offset - 1, offset, 1)[0];
    return row && this.#toStored(channel, row);
  }

  readChannel(channel: number, { after, limit, maxBytes }: ReadRequest): PageSlice {
    const read = (from: number, count: number) =>
      this.#range(channel, from, Number.MAX_SAFE_INTEGER, count);
    const bytes = this.#totalUpTo(channel, after + limit) - this.#totalUpTo(channel, after);
    if (bytes <= Math.min(maxBytes ?? bytesPerCall, bytesPerCall)) {
      const events = read(after, limit).map((row) => this.#toStored(channel, row));
      return { events, isFull: false };
    }
    return this.#take(channel, inCalls(read, after, limit), maxBytes);
  }

  readRun(channel: number, run: RunToRead, { after, limit, maxBytes }: ReadRequest): PageSlice {
    const read = (from: number, count: number) => {
      const earlier =
        from + 1 < run.stretch ? this.#earlierStretches(channel, run.id, from, count) : [];
      const left = count - earlier.length;
      if (left === 0) return earlier;
      const latest = this.#range(channel, Math.max(from, run.stretch - 1), run.last, left);
      return [...earlier, ...latest];
    };
    return this.#take(channel, inCalls(read, after, limit), maxBytes);
  }

  /** Bytes of all the channel's texts up to an offset. */
  #totalUpTo(channel: number, offset: number): number {
    return this.#total.get(channel, offset)?.total ?? 0;
  }

  #take(
    channel: number,
    calls: Iterable<readonly EventRow[]>,
    maxBytes: number | undefined,
  ): PageSlice {
    return takeBytes(calls, (row) => this.#toStored(channel, row), maxBytes);
  }

  #toStored(channel: number, [offset, run, sum, json]: EventRow): StoredEvent {
    // A damaged row may hold anything, whatever its table says.
    if (typeof json !== "string" || sumOf(json, { channel, offset, run }) !== sum)
      return unreadableEvent(offset);
    return run === null ? { offset, json } : { offset, runId: this.#runNames.of(run, json), json };
  }
}

/** Rows after an offset, call by call, until there are enough or no more. */
function* inCalls(
  read: (after: number, count: number) => readonly EventRow[],
  after: number,
  limit: number,
): Generator<readonly EventRow[]> {
  let from = after;
  for (let left = limit; left > 0; left -= rowsPerCall) {
    const count = Math.min(left, rowsPerCall);
    const rows = read(from, count);
    yield rows;
    if (rows.length < count) return;
    from = rows.at(-1)?.[0] ?? from;
  }
}
