import { isName, RunwireError } from "@runwire/protocol";

/**
 * Returns a name that the protocol takes.
 * @throws RunwireError `invalid_event`
 */
export function requireName(what: string, value: string): string {
  if (isName(value)) return value;
  throw new RunwireError(
    "invalid_event",
    `${JSON.stringify(value)} is no ${what}: use 1 to 128 characters, none of them a control character`,
  );
}
