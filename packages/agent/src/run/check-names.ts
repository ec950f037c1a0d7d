import { isName, RunwireError } from "@runwire/protocol";

/**
 * Returns a text that is one, whatever a program without types passed: joined to a text, `undefined` would be
 * told as a word, and the text of an array that holds itself many times would never end.
 *
 * @throws RunwireError `invalid_event`
 */
export function requireText(value: string): string {
  if (typeof value === "string") return value;
  const message = `think and say take a string, not ${kindOf(value)}: leave out a chunk that has no text`;
  throw new RunwireError("invalid_event", message);
}

/**
 * Returns a name that the protocol takes.
 * @throws RunwireError `invalid_event`
 */
export function requireName(what: string, value: string): string {
  if (isName(value)) return value;
  throw new RunwireError(
    "invalid_event",
    `${kindOf(value)} is no ${what}: use 1 to 128 characters, none of them a control character`,
  );
}

function kindOf(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return value === null ? "null" : typeof value;
}
