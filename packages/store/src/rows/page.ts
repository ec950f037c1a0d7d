import type { ReadRequest, StoredEvent } from "../event-store.js";

/** Events that were read for a page. */
export interface PageSlice {
  readonly events: readonly StoredEvent[];
  /** The bytes ended the page; there may be more. */
  readonly isFull: boolean;
}

/** Takes rows, which come in portions, up to the first with which the texts pass `maxBytes` of UTF-8. */
export function takeBytes<Row>(
  portions: Iterable<readonly Row[]>,
  toStored: (row: Row) => StoredEvent,
  maxBytes: number | undefined,
): PageSlice {
  const events: StoredEvent[] = [];
  let bytes = 0;
  for (const rows of portions)
    for (const row of rows) {
      const event = toStored(row);
      events.push(event);
      if (maxBytes === undefined) continue;
      bytes += Buffer.byteLength(event.json);
      if (bytes > maxBytes) return { events, isFull: true };
    }
  return { events, isFull: false };
}

/** How far a page reaches: to the head where nothing was left to read, else to its last event. */
export function throughOf(
  { events, isFull }: PageSlice,
  request: ReadRequest,
  head: number,
): number {
  const isWhole = !isFull && events.length < request.limit;
  return isWhole ? Math.max(request.after, head) : (events.at(-1)?.offset ?? request.after);
}
