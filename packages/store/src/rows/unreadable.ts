import type { StoredEvent } from "../event-store.js";

const json = '{"type":"custom","name":"runwire:unreadable","time":0}';

/** What stands in the place of an event that the storage has lost: a loss is said, never silent. */
export function unreadableEvent(offset: number): StoredEvent {
  return { offset, isLost: true, json };
}

/** Whether the offsets rise, from one after `after` on: a damaged file may name them in any order. */
export function isInOrder(events: readonly StoredEvent[], after: number): boolean {
  let previous = after;
  for (const { offset } of events) {
    if (offset <= previous) return false;
    previous = offset;
  }
  return true;
}

/** Which stretch of the log should have all its offsets, and how many events may come of it. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
  readonly limit: number;
}

/** At most `limit` events, with none missing in the stretch. They are in order; those before it stay as they are. */
export function fillHoles(
  events: readonly StoredEvent[],
  { first, last, limit }: Stretch,
): readonly StoredEvent[] {
  const length = Math.max(last - first + 1, 0);
  const below = events[0]?.offset === first ? [] : events.filter(({ offset }) => offset < first);
  const isWhole = events.length - below.length === length;
  if (isWhole && (length === 0 || events.at(-1)?.offset === last)) return events;
  const byOffset = new Map(events.map((event) => [event.offset, event]));
  const offsets = Array.from(
    { length: Math.min(length, limit - below.length) },
    (_, index) => first + index,
  );
  return [...below, ...offsets.map((offset) => byOffset.get(offset) ?? unreadableEvent(offset))];
}
