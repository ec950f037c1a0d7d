import type { JsonObject } from "./json.js";
import { type Encoded, tooDeep, truncated } from "./markers.js";
import { headOf } from "./strings.js";
import { hasRoom, lose, type Walk } from "./walk-context.js";

/** A string, or its head where it is longer than `maxStringLength`. */
export function encodeString(walk: Walk, text: string, place: number): Encoded {
  const { maxStringLength, maxBytes } = walk.settings.limits;
  walk.characters += Math.min(text.length, maxStringLength, maxBytes + 1);
  if (text.length <= maxStringLength) return text;
  if (!hasRoom(walk, place, 2)) return tooDeep;
  lose(walk, place, "maxStringLength");
  const value = headOf(text, maxStringLength);
  return truncated("maxStringLength", { length: text.length, value });
}

/** A number, tagged where JSON would write `null` or lose the sign of zero. */
export function encodeNumber(walk: Walk, value: number, place: number): Encoded {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return leaf(walk, place, "$number", Object.is(value, -0) ? "-0" : String(value));
}

/** BigInt, symbol, function and undefined. */
export function encodeOther(walk: Walk, value: unknown, place: number): Encoded {
  switch (typeof value) {
    case "bigint":
      return encodeBigInt(walk, value, place);
    case "symbol":
      return leaf(walk, place, "$symbol", value.description ?? "");
    case "function":
      return encodeFunction(walk, value, place);
    default:
      return hasRoom(walk, place, 1) ? { $undefined: true } : tooDeep;
  }
}

/**
 * A tag whose payload is one string. A payload beyond `maxStringLength` is not cut, for half a
 * number is another number: the whole value is marked.
 */
export function leaf(walk: Walk, place: number, tag: string, payload: string): Encoded {
  const tooLong = payload.length > walk.settings.limits.maxStringLength;
  if (tooLong) return tooLongFor(walk, place, tag, payload.length);
  walk.characters += payload.length;
  return hasRoom(walk, place, 1) ? toTag(tag, payload) : tooDeep;
}

/** The common tags have a literal each: to name a key at run time takes 20 ns more. */
function toTag(tag: string, payload: string): JsonObject {
  if (tag === "$bigint") return { $bigint: payload };
  if (tag === "$number") return { $number: payload };
  // A computed key in a literal takes three times as long.
  const json: Record<string, string> = {};
  json[tag] = payload;
  return json;
}

/** Marks a value whose text would be longer than `maxStringLength`. */
export function tooLongFor(walk: Walk, place: number, tag: string, length?: number): Encoded {
  if (!hasRoom(walk, place, 2)) return tooDeep;
  lose(walk, place, "maxStringLength");
  const type = tag.slice(1);
  return truncated("maxStringLength", length === undefined ? { type } : { type, length });
}

function encodeBigInt(walk: Walk, value: bigint, place: number): Encoded {
  const isSmall = BigInt.asIntN(64, value) === value;
  if (!isSmall && isBeyond(value, walk.settings.limits.maxStringLength)) {
    return tooLongFor(walk, place, "$bigint");
  }
  return leaf(walk, place, "$bigint", value.toString());
}

/** A decimal digit takes more than 3 bits. */
const bitsPerDigit = 3.33;
/** A longer BigInt than this many digits is never written out. */
const mostDigits = 1_000_000;

/** Writing out a BigInt takes time that grows faster than its length; comparing does not. */
function isBeyond(value: bigint, digits: number): boolean {
  const bound = 1n << BigInt(Math.ceil(Math.min(digits, mostDigits) * bitsPerDigit));
  return value >= bound || value <= -bound;
}

function encodeFunction(walk: Walk, value: object, place: number): Encoded {
  lose(walk, place, "function");
  return leaf(walk, place, "$function", functionName(value));
}

function functionName(value: object): string {
  try {
    const name: unknown = "name" in value ? value.name : "";
    return typeof name === "string" ? name : "";
  } catch {
    return "";
  }
}
