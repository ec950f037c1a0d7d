import { decodeValue } from "./decode-value.js";
import { RunwireError } from "./errors.js";
import { hasTag } from "./has-tag.js";

/**
 * How `decode` reads a text.
 *
 * @example
 * decode(text, { tags: "keep" }); // the JSON as it is
 */
export interface DecodeOptions {
  /** Whether tags become the values that they stand for, or stay plain objects. @default "revive" */
  readonly tags?: "revive" | "keep";
}

/**
 * Reads what `encode` wrote, or any other JSON text.
 *
 * Tags become values: a Date is a Date, a cycle a cycle. Unknown tags, and what `encode` could not
 * write whole (`$function`, `$truncated`, `$unserializable`), stay plain objects. Texts nested
 * 100,000 levels deep are read like others.
 *
 * @throws RunwireError `invalid_json` where the text is not JSON; its `cause` says where
 * @example
 * decode('{"at":{"$date":"1970-01-01T00:00:00.000Z"}}'); // { at: Date }
 */
export function decode(text: string, { tags = "revive" }: DecodeOptions = {}): unknown {
  const value = parse(text);
  return tags === "revive" && hasTag(text) ? decodeValue(value) : value;
}

function parse(text: string): unknown {
  // JSON.parse takes `null` and numbers as the texts that they look like.
  if (typeof text !== "string")
    throw new RunwireError("invalid_json", "decode takes a text: what it was given is no string");
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RunwireError("invalid_json", "the text is not JSON", { cause });
  }
}
