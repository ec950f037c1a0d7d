import type { Json } from "./json.js";
import { type Encoded, tooDeep, truncated } from "./markers.js";
import type { PathStep } from "./redact.js";
import { enterTag, hasRoom, isHidden, lose, type Walk, whyFull } from "./walk-context.js";
import { cutForDepth, hide } from "./walk-members.js";

/** `{ "$set": […] }`. Throws when the value only claims to be a Set. */
export function encodeSet(walk: Walk, set: ReadonlySet<unknown>, place: number): Encoded {
  if (!hasRoom(walk, place, 2)) return tooDeep;
  const items = openItems(walk, place, "$set");
  // A subclass may have changed how it is read; the data behind it cannot lie.
  Set.prototype.forEach.call(set, (item) => {
    if (enterItem(walk, items)) addItem(items, walk.encode(item, place + 2));
  });
  const $set = closeItems(walk, items);
  return $set === tooDeep ? cutForDepth(walk, place) : { $set };
}

/** `{ "$map": [[key, value], …] }`. Throws when the value only claims to be a Map. */
export function encodeMap(walk: Walk, map: ReadonlyMap<unknown, unknown>, place: number): Encoded {
  if (!hasRoom(walk, place, 2)) return tooDeep;
  const items = openItems(walk, place, "$map");
  Map.prototype.forEach.call(map, (value, key) => {
    if (enterItem(walk, items)) addItem(items, encodePair(walk, key, value, place + 2));
  });
  const $map = closeItems(walk, items);
  return $map === tooDeep ? cutForDepth(walk, place) : { $map };
}

function encodePair(walk: Walk, key: unknown, value: unknown, place: number): Encoded {
  walk.nodesLeft--;
  if (!hasRoom(walk, place, 1)) return tooDeep;
  enterTag(walk, place, 0);
  const encodedKey = walk.encode(key, place + 1);
  enterTag(walk, place, 1);
  if (walk.keys !== undefined) walk.keys[place] = toPathStep(key);
  const encodedValue = isHidden(walk, place + 1)
    ? hide(walk, place + 1)
    : walk.encode(value, place + 1);
  if (encodedKey === tooDeep || encodedValue === tooDeep) return cutForDepth(walk, place);
  return [encodedKey, encodedValue];
}

function toPathStep(key: unknown): PathStep {
  return typeof key === "string" || typeof key === "number" ? key : undefined;
}

/** The array inside a tag, while it is filled. */
interface Items {
  readonly place: number;
  readonly out: Json[];
  /** What a limit left out. */
  omitted: number;
  isTooDeep: boolean;
}

function openItems(walk: Walk, place: number, tag: string): Items {
  enterTag(walk, place, tag);
  return { place, out: [], omitted: 0, isTooDeep: false };
}

/** Whether there is room for one more; `forEach` cannot be left early. */
function enterItem(walk: Walk, items: Items): boolean {
  if (items.isTooDeep) return false;
  if (whyFull(walk) !== undefined) items.omitted++;
  else enterTag(walk, items.place + 1, items.out.length);
  return items.omitted === 0;
}

function addItem(items: Items, encoded: Encoded): void {
  if (encoded === tooDeep) items.isTooDeep = true;
  else items.out.push(encoded);
}

function closeItems(walk: Walk, { place, out, omitted, isTooDeep }: Items) {
  if (isTooDeep) return tooDeep;
  if (omitted === 0) return out;
  if (!hasRoom(walk, place, 4)) return tooDeep;
  const reason = whyFull(walk) ?? "maxNodes";
  lose(walk, place, reason);
  out.push(truncated(reason, { omitted }));
  return out;
}
