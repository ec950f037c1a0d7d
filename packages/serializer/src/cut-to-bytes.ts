import { isTagKey, type Json, type JsonObject, setOwn } from "./json.js";
import { truncated, truncation } from "./markers.js";
import { measure, measureKey, type Sizes } from "./measure.js";
import { childPointer } from "./pointer.js";
import { shareOut } from "./share-out.js";
import { headWithin } from "./strings.js";
import type { Loss } from "./walk-context.js";

/** What a cut knows. */
interface Cut {
  readonly maxDepth: number;
  readonly sizes: Sizes;
  readonly losses: Loss[] | undefined;
}

/** Where a value stands: levels of JSON around it, and its pointer. */
interface Spot {
  readonly depth: number;
  readonly pointer: string;
}

/** Bytes of `{"$truncated":{"reason":"maxBytes"}}`: what any value can be cut to. */
const bareMarkBytes = 36;
/** Bytes of the longest mark that says how many members are missing, with comma and brackets. */
const omittedMarkBytes = 72;

/**
 * Cuts a tree so that its JSON has at most `maxBytes` bytes of UTF-8, from 64 on.
 *
 * The room is shared out: what is small stays whole, and what is large gets an equal part of the
 * rest, inside it likewise. Strings keep a head; containers keep their first members and say how
 * many are missing; what can only be whole or wrong (a number, bytes, a date) goes as a whole.
 */
export function cutToBytes(
  json: Json,
  limits: { readonly maxBytes: number; readonly maxDepth: number },
  losses: Loss[] | undefined,
): Json {
  const cut: Cut = { maxDepth: limits.maxDepth, sizes: new Map(), losses };
  return cutValue(cut, json, limits.maxBytes, { depth: 0, pointer: "" });
}

function cutValue(cut: Cut, json: Json, budget: number, spot: Spot): Json {
  if (measure(json, cut.sizes) <= budget) return json;
  if (typeof json === "string") return cutString(cut, json, json.length, budget, spot);
  // Numbers and words are shorter than any budget that is given out.
  if (typeof json !== "object" || json === null) return json;
  const tag = tagOf(json);
  if (tag === undefined) return cutMembers(cut, json, budget, spot) ?? mark(cut, spot);
  return cutTagged(cut, json as JsonObject, tag, budget, spot) ?? mark(cut, spot);
}

function cutString(cut: Cut, text: string, length: number, budget: number, spot: Spot): Json {
  const empty = truncated("maxBytes", { length, value: "" });
  const value = headWithin(text, budget - measure(empty, new Map()));
  return value === "" ? mark(cut, spot) : mark(cut, spot, { length, value });
}

/** What stands for a value that was cut; notes the loss. */
function mark(cut: Cut, { pointer }: Spot, details: Parameters<typeof truncated>[1] = {}): Json {
  cut.losses?.push({ path: pointer, reason: "maxBytes" });
  return truncated("maxBytes", details);
}

/** The key of the tag that an object is, or `undefined`. */
function tagOf(json: Json & object): string | undefined {
  if (Array.isArray(json)) return undefined;
  const [first = "", ...others] = Object.keys(json);
  return isTagKey(first) && (others.length === 0 || first === "$bytes") ? first : undefined;
}

const containers = ["$map", "$set", "$error", "$escape"];

/** `undefined`: only whole or not at all. */
function cutTagged(
  cut: Cut,
  json: JsonObject,
  tag: string,
  budget: number,
  spot: Spot,
): Json | undefined {
  const inner = json[tag];
  if (typeof inner !== "object" || inner === null) return undefined;
  if (tag === "$truncated") return cutAgain(cut, inner as JsonObject, budget, spot);
  if (!containers.includes(tag)) return undefined;
  const rest = budget - 2 - measureKey(tag);
  const kept = cutMembers(cut, inner, rest, inside(spot, tag));
  return kept === undefined ? undefined : { [tag]: kept };
}

/** What one limit has cut already, `maxBytes` may cut once more. */
function cutAgain(cut: Cut, { value, length }: JsonObject, budget: number, spot: Spot) {
  if (typeof value !== "string" || typeof length !== "number") return undefined;
  return cutString(cut, value, length, budget, spot);
}

function inside({ depth, pointer }: Spot, key: string | number): Spot {
  return { depth: depth + 1, pointer: childPointer(pointer, key) };
}

type Entry = readonly [key: string, value: Json];

/** The first members that have room, the large ones cut; `undefined`: room for none. */
function cutMembers(cut: Cut, json: Json & object, budget: number, spot: Spot): Json | undefined {
  // The marks of what is cut inside take two levels more.
  if (spot.depth + 3 > cut.maxDepth) return undefined;
  const isArray = Array.isArray(json);
  const overheadOf = (key: string) => 1 + (isArray ? 0 : measureKey(key));
  const entries = Object.entries<Json>(json);
  const kept = entries.slice(0, countKept(cut, entries, budget - omittedMarkBytes, overheadOf));
  if (kept.length === 0) return undefined;
  const overhead = kept.reduce((bytes, [key]) => bytes + overheadOf(key), 0);
  const wants = kept.map(([, member]) => measure(member, cut.sizes));
  const share = shareOut(wants, budget - omittedMarkBytes - overhead);
  const members = kept.map(
    ([key, member]): Entry => [key, cutValue(cut, member, share, inside(spot, key))],
  );
  return withOmitted(cut, members, isArray, entries.length - kept.length, spot);
}

function countKept(
  cut: Cut,
  entries: readonly Entry[],
  room: number,
  overheadOf: (key: string) => number,
): number {
  let left = room;
  const first = entries.findIndex(([key, member]) => {
    left -= overheadOf(key) + Math.min(measure(member, cut.sizes), bareMarkBytes);
    return left < 0;
  });
  return first < 0 ? entries.length : first;
}

function withOmitted(
  cut: Cut,
  members: readonly Entry[],
  isArray: boolean,
  omitted: number,
  { pointer }: Spot,
): Json {
  if (omitted > 0) cut.losses?.push({ path: pointer, reason: "maxBytes" });
  if (isArray) {
    const items = members.map(([, member]) => member);
    return omitted === 0 ? items : [...items, truncated("maxBytes", { omitted })];
  }
  const out: Record<string, Json> = {};
  for (const [key, member] of members) setOwn(out, key, member);
  if (omitted > 0) out.$truncated = truncation("maxBytes", { omitted });
  return out;
}
