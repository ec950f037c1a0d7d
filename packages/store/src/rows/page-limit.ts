import type { StoredEvent } from "../event-store.js";

/** How many of `events` a page takes before it has passed `maxBytes` of UTF-8. */
export function countWithinBytes(events: Iterable<StoredEvent>, maxBytes: number): number {
  let count = 0;
  let bytes = 0;
  for (const { json } of events) {
    if (bytes > maxBytes) break;
    bytes += Buffer.byteLength(json);
    count++;
  }
  return count;
}
