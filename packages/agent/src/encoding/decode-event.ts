import type { LoggedEvent, RunwireEvent, UnknownEvent } from "@runwire/protocol";
import { decodeValue, hasTag } from "@runwire/serializer";

const valueNames = ["input", "output", "metadata", "data", "usage"] as const;

/** The event as a reader of the log sees it: each of its values decoded. Uses the given one up. */
export function decodeEvent<Event extends RunwireEvent | LoggedEvent | UnknownEvent>(
  event: Event,
): Event {
  const fields: Record<string, unknown> = { ...event };
  // Each by itself: a `$ref` points from the value that it stands in, not from the event.
  for (const name of valueNames)
    if (fields[name] !== undefined) fields[name] = decodeValue(fields[name]);
  // The same event, of which only values of type unknown were replaced.
  return fields as Event;
}

/** Reads an event that this package has encoded. */
export function readEvent(json: string): RunwireEvent {
  // An encoder made the text of an event.
  const event = JSON.parse(json) as RunwireEvent;
  return hasTag(json) ? decodeEvent(event) : event;
}
