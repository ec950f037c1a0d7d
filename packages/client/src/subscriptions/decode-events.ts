import { isKnownEvent, type LoggedEvent, type UnknownEvent } from "@runwire/protocol";
import { decodeValue } from "@runwire/serializer";

/** The fields of events that hold values as the serializer writes them. */
const valueFields = ["input", "output", "metadata", "data"];

/**
 * Puts the values back in place that the events' tags stand for; the events are ours to change. One of an
 * unknown type stays as it is.
 */
export function decodeEvents(events: readonly (LoggedEvent | UnknownEvent)[]): void {
  for (const event of events.filter(isKnownEvent)) {
    // A field is decoded by itself, for that is where its references begin; which fields there are the type says.
    const fields = event as unknown as Record<string, unknown>;
    for (const field of valueFields) {
      if (Object.hasOwn(fields, field)) fields[field] = decodeValue(fields[field]);
    }
  }
}
