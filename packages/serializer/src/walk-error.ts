import { type Encoded, tooDeep } from "./markers.js";
import { enterTag, hasRoom, type Walk } from "./walk-context.js";
import { cutForDepth, encodeMembers } from "./walk-members.js";

/** Written first, in this order, wherever they are: on the error or on its prototype. */
const known = ["name", "message", "stack", "cause", "errors"];

/** `{ "$error": { name, message, stack?, cause?, errors?, …own fields } }`. */
export function encodeError(walk: Walk, error: Error, place: number): Encoded {
  if (!hasRoom(walk, place, 2)) return tooDeep;
  const own = Object.keys(error).filter((key) => !known.includes(key));
  const fields = [...known.filter((key) => isThere(error, key)), ...own];
  enterTag(walk, place, "$error");
  const inner = encodeMembers(walk, error, fields, place + 1);
  return inner === tooDeep ? cutForDepth(walk, place) : { $error: inner };
}

/** `name` and `message` always; the stack where it is text; the rest where the error has its own. */
function isThere(error: Error, key: string): boolean {
  if (key === "name" || key === "message") return true;
  return key === "stack" ? hasStack(error) : Object.hasOwn(error, key);
}

function hasStack(error: Error): boolean {
  try {
    return typeof error.stack === "string";
  } catch {
    // A program may have its own Error.prepareStackTrace, and that may throw.
    return false;
  }
}
