import { isKnownEvent, type ServerMessage } from "@runwire/protocol";
import { decodeValue, hasTag } from "@runwire/serializer";

/**
 * Puts the values back in place that the tags of a message stand for; the message is ours to change, and
 * `text` is what it was parsed from. An event of an unknown type stays as it is.
 */
export function decodeMessage(message: ServerMessage, text: string): void {
  if (!hasTag(text)) return;
  decodeFields(message, ["result"]);
  if ("events" in message)
    for (const event of message.events.filter(isKnownEvent))
      decodeFields(event, ["input", "output", "metadata", "data"]);
}

/** Each by itself, for that is where its references begin. */
function decodeFields(holder: object, names: readonly string[]): void {
  // Which fields there are, the type of the message or event says.
  const fields = holder as Record<string, unknown>;
  for (const name of names)
    if (Object.hasOwn(fields, name)) fields[name] = decodeValue(fields[name]);
}
