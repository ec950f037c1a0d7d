import type { StoredEvent } from "../event-store.js";

const json = '{"type":"custom","name":"runwire:unreadable","time":0}';

/** What stands in the place of an event that the storage has lost: a loss is said, never silent. */
export function unreadableEvent(offset: number): StoredEvent {
  return { offset, isLost: true, json };
}

/** Whether a text can be an event at all; whether it is one, its reader finds out. */
export function isReadable({ json: text }: StoredEvent): boolean {
  return text.startsWith("{") && text.endsWith("}");
}

/** Events of a stretch of the log that should have all offsets from `first` to `last`, with none missing. */
export function fillHoles(
  events: readonly StoredEvent[],
  first: number,
  last: number,
): readonly StoredEvent[] {
  if (events[0]?.offset === first && events.length === last - first + 1) return events;
  const below = events.filter(({ offset }) => offset < first);
  if (events.length - below.length === Math.max(last - first + 1, 0)) return events;
  const byOffset = new Map(events.map((event) => [event.offset, event]));
  const offsets = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return [...below, ...offsets.map((offset) => byOffset.get(offset) ?? unreadableEvent(offset))];
}
