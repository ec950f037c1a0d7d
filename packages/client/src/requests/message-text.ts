import { RunwireError } from "@runwire/protocol";

/**
 * A message as JSON text; `members` are more of it that are text already, each with the comma before it.
 *
 * @throws RunwireError `bad_message`
 */
export function toMessageText(message: object, members = ""): string {
  try {
    return `${JSON.stringify(message).slice(0, -1)}${members}}`;
  } catch (cause) {
    throw new RunwireError("bad_message", "what is sent must be JSON", { cause });
  }
}

/** Measures only what may be too large: three bytes a code unit is the most that UTF-8 takes. */
export function isLarger(text: string, maxBytes: number): boolean {
  return text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes;
}
