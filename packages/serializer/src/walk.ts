import { summariseHandle } from "./handles.js";
import type { Json } from "./json.js";
import { describeThrown, type Encoded, tooDeep, truncated } from "./markers.js";
import type { Settings } from "./options.js";
import { inheritsToJson, isSmallAndPlain } from "./scan-plain.js";
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
    encode: (inner, place) => encodeValue(walk, inner, place),
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
  switch (typeof value) {
    case "string":
      return encodeString(walk, value, place);
    case "number":
      return encodeNumber(walk, value, place);
    case "boolean":
      return value;
    case "object":
      return value === null ? null : guard(walk, value, place);
    case "bigint":
    case "symbol":
    case "function":
    case "undefined":
      return encodeOther(walk, value, place);
  }
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
  const isArray = Array.isArray(value);
  const isBare = isArray || isPlain(value);
  // Found plain, the value is its own copy. The outermost one has been looked at before the walk.
  const isCopy = isBare && walk.trusts && place > 0 && isSmallAndPlain(walk, value, place);
  if (isCopy) return value as Json & object;
  if (!converted) walk.ancestors[place] = value;
  if (isArray) return encodeArray(walk, value, place);
  const special = isBare ? undefined : encodeSpecial(walk, value, place);
  if (special !== undefined) return special;
  if (!converted && hasToJson(value)) return encodeToJson(walk, value, place);
  return encodeObject(walk, value, Object.keys(value), place);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A type of the platform, or a live handle; `undefined` for an instance of any other class. */
function encodeSpecial(walk: Walk, value: object, place: number): Encoded | undefined {
  const builtin = encodeBuiltin(walk, value, place);
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
  if (typeof json !== "object" || json === null) return walk.encode(json, place);
  return encodeReference(walk, json, place, true);
}
