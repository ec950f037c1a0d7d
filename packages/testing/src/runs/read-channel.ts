import {
  isKnownEvent,
  type LoggedEvent,
  type RunTarget,
  type UnknownEvent,
} from "@runwire/protocol";
import { decodeValue } from "@runwire/serializer";

/** The fields of events that hold values as the serializer writes them. */
const valueFields = ["input", "output", "metadata", "data"];

/**
 * Every event of a channel as it was written, in order, values decoded: what a test holds against what it expects.
 *
 * @example
 * const events = await readChannel(runwire.server, "chat:1");
 */
export async function readChannel(
  target: Pick<RunTarget, "fetch">,
  channel: string,
): Promise<(LoggedEvent | UnknownEvent)[]> {
  const events: (LoggedEvent | UnknownEvent)[] = [];
  for (let after = 0, isMore = true; isMore; ) {
    const page = await target.fetch({ channel, after });
    events.push(...page.events.map(decodeEvent));
    after = page.offset;
    isMore = page.offset < page.head;
  }
  return events;
}

function decodeEvent(event: LoggedEvent | UnknownEvent): LoggedEvent | UnknownEvent {
  if (!isKnownEvent(event)) return event;
  const decoded = Object.entries(event).map(([name, value]) => [
    name,
    valueFields.includes(name) ? decodeValue(value) : value,
  ]);
  return Object.fromEntries(decoded); // the same fields: a value stays where it was
}
