import { type Encoded, tooDeep } from "./markers.js";
import { enterTag, hasRoom, type Walk } from "./walk-context.js";
import { cutForDepth, encodeMembers } from "./walk-members.js";

/** Written first, in this order, wherever they are: on the error or on its prototype. */
const known = ["name", "message", "stack", "cause", "errors"];

/** `{ "$error": { name, message, stack?, cause?, errors?, …own fields } }`. */
export function encodeError(walk: Walk, error: Error, place: number): Encoded {
  if (!hasRoom(walk, place, 2)) return tooDeep;
  enterTag(walk, place, "$error");
  const inner = encodeMembers(walk, error, fieldsOf(error), place + 1);
  return inner === tooDeep ? cutForDepth(walk, place) : { $error: inner };
}

/** `name` and `message` always; the stack where it is text; the rest where the error has its own. */
function fieldsOf(error: Error): readonly string[] {
  const fields = ["name", "message"];
  if (hasStack(error)) fields.push("stack");
  if (Object.hasOwn(error, "cause")) fields.push("cause");
  if (Object.hasOwn(error, "errors")) fields.push("errors");
  for (const key of Object.keys(error)) if (!known.includes(key)) fields.push(key);
  return fields;
}

function hasStack(error: Error): boolean {
  try {
    return typeof error.stack === "string";
  } catch {
    // A program may have its own Error.prepareStackTrace, and that may throw.
    return false;
  }
}
