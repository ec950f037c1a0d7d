import type { Json } from "./json.js";
import { type Encoded, tooDeep } from "./markers.js";
import { enterTag, hasRoom, spendAtOnce, type Walk } from "./walk-context.js";
import { cutForDepth, encodeMembers } from "./walk-members.js";

/** Written first, in this order, wherever they are: on the error or on its prototype. */
const known = ["name", "message", "stack", "cause", "errors"];
const longestKnown = "message".length;
const textKeysLength = "name".length + "message".length + "stack".length;

/** `{ "$error": { name, message, stack?, cause?, errors?, …own fields } }`. */
export function encodeError(walk: Walk, error: Error, place: number): Encoded {
  if (!hasRoom(walk, place, 2)) return tooDeep;
  enterTag(walk, place, "$error");
  const texts = readTexts(walk, error);
  const fields = texts === undefined ? fieldsOf(error) : ownFieldsOf(error);
  const inner = encodeMembers(walk, error, fields, place + 1, walk.settings.names, texts);
  return inner === tooDeep ? cutForDepth(walk, place) : { $error: inner };
}

/**
 * What most errors are: name, message and stack, read in one go. `undefined` where one of them is no
 * text, throws, or may have to be cut, redacted or named: then all fields are read one by one.
 */
function readTexts(walk: Walk, error: Error): Record<string, Json> | undefined {
  const { suspects, limits } = walk.settings;
  if (suspects !== undefined) return undefined;
  try {
    const { name, message, stack } = error;
    if (!isText(name) || !isText(message) || !isText(stack)) return undefined;
    const longest = Math.max(longestKnown, name.length, message.length, stack.length);
    const characters = textKeysLength + name.length + message.length + stack.length;
    const most = Math.min(limits.maxStringLength, limits.maxBytes);
    const fits = longest <= most && spendAtOnce(walk, 3, characters);
    return fits ? { name, message, stack } : undefined;
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** `name` and `message` always; the stack where it is text; the rest where the error has its own. */
function fieldsOf(error: Error): readonly string[] {
  return ["name", "message", ...(hasStack(error) ? ["stack"] : []), ...ownFieldsOf(error)];
}

function ownFieldsOf(error: Error): readonly string[] {
  const fields: string[] = [];
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
