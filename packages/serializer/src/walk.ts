import { summariseHandle } from "./handles.js";
import type { Json } from "./json.js";
import { describeThrown, type Encoded, tooDeep, truncated } from "./markers.js";
import type { Settings } from "./options.js";
import { inheritsToJson, isSmallAndPlain, objectPrototype } from "./scan-plain.js";
import { encodeArray } from "./walk-array.js";
import { encodeBuiltin } from "./walk-builtin.js";
import { cycleTo, hasRoom, type Loss, type Walk } from "./walk-context.js";
import { encodeMembers, encodeObject, encodeThrown } from "./walk-members.js";
import { encodeNumber, encodeOther, encodeString } from "./walk-primitives.js";

/**
 * Copies any value into a tree of plain JSON, with tags for what JSON lacks.
 *
 * Every property is read once and under guard. Never deeper than `maxDepth`, never more than
 * `maxNodes` values; of the bytes only a lower bound is counted.
 */
export function toJsonTree(
  value: unknown,
  settings: Settings,
  losses: Loss[] | undefined,
  trusts: boolean,
): JsonTree {
  const walk: Walk = {
    settings,
    trusts: trusts && settings.redactor?.reachesElements !== true && !inheritsToJson(),
    nodesLeft: settings.limits.maxNodes,
    characters: 0,
    mostCharacters: settings.limits.maxBytes * mostCopied,
    steps: [],
    keys: settings.redactor === undefined ? undefined : [],
    ancestors: [],
    losses,
    encode: encodeValue,
  };
  const json = encodeValue(walk, value, 0);
  return { json: json === tooDeep ? truncated("maxDepth") : json, characters: walk.characters };
}

/** So many times more text than `maxBytes` is copied at most. */
const mostCopied = 8;

/** A copy of a value, not yet written. */
export interface JsonTree {
  readonly json: Json;
  /** Characters of all strings and keys: the text has at least as many bytes. */
  readonly characters: number;
}

function encodeValue(walk: Walk, value: unknown, place: number): Encoded {
  walk.nodesLeft--;
  if (typeof value === "string") return encodeString(walk, value, place);
  if (typeof value === "number") return encodeNumber(walk, value, place);
  if (typeof value === "boolean" || value === null) return value;
  if (typeof value === "object") return guard(walk, value, place);
  return encodeOther(walk, value, place);
}

function guard(walk: Walk, value: object, place: number): Encoded {
  try {
    return encodeReference(walk, value, place);
  } catch (error) {
    // A trap of a Proxy, a hostile toString, or the call stack at its end.
    return encodeThrown(walk, describeThrown("reading threw", error), place);
  }
}

/**
 * @param converted whether the value came out of a `toJSON`. As with `JSON.stringify`, its own is not
 *   asked then, so that it ends; and it stands for the object that made it, to which cycles point.
 */
function encodeReference(walk: Walk, value: object, place: number, converted = false): Encoded {
  const pointer = cycleTo(walk, value, place);
  if (pointer !== undefined) return hasRoom(walk, place, 1) ? { $ref: pointer } : tooDeep;
  const prototype: object | null = Object.getPrototypeOf(value);
  const isBare = Array.isArray(value) || prototype === objectPrototype || prototype === null;
  // Found plain, the value is its own copy. The outermost one has been looked at before the walk.
  if (isBare && place > 0 && isCopy(walk, value, place, prototype)) return value as Json & object;
  if (!converted) walk.ancestors[place] = value;
  if (Array.isArray(value)) return encodeArray(walk, value, place);
  const special = isBare ? undefined : encodeSpecial(walk, value, place, prototype);
  if (special !== undefined) return special;
  if (converted) return encodeObject(walk, value, Object.keys(value), place);
  if (hasToJson(value)) return encodeToJson(walk, value, place);
  // Of a class instance its own data is written, as of a plain object.
  const isOwn = !isBare && !hasData(prototype);
  if (isOwn && isCopy(walk, value, place, objectPrototype)) return value as Json & object;
  return encodeObject(walk, value, Object.keys(value), place);
}

/** Whether the value, taken for one of this prototype, is plain and may be read once more. */
function isCopy(walk: Walk, value: object, place: number, prototype: object | null): boolean {
  return walk.trusts && isSmallAndPlain(walk, value, place, prototype);
}

/** Whether a scan of what inherits from this would meet more than its own members: of no class. */
function hasData(prototype: object | null): boolean {
  try {
    for (const _ in prototype) return true;
    return false;
  } catch {
    // A Proxy that refuses to tell.
    return true;
  }
}

/** A type of the platform, or a live handle; `undefined` for an instance of any other class. */
function encodeSpecial(
  walk: Walk,
  value: object,
  place: number,
  prototype: object | null,
): Encoded | undefined {
  const builtin = encodeBuiltin(walk, value, place, prototype);
  if (builtin !== undefined) return builtin;
  const summary = summariseHandle(value);
  if (summary === undefined) return undefined;
  const names = { ...summary.names, ...walk.settings.names };
  return encodeMembers(walk, summary.source, summary.fields, place, names);
}

interface WithToJson {
  toJSON(key: string): unknown;
}

function hasToJson(value: object): value is WithToJson {
  return "toJSON" in value && typeof value.toJSON === "function";
}

function encodeToJson(walk: Walk, value: WithToJson, place: number): Encoded {
  let json: unknown;
  try {
    json = value.toJSON(String(walk.steps[place - 1] ?? ""));
  } catch (error) {
    return encodeThrown(walk, describeThrown("toJSON threw", error), place);
  }
  if (typeof json !== "object" || json === null) return walk.encode(walk, json, place);
  return encodeReference(walk, json, place, true);
}
