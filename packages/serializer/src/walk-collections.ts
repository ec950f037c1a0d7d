import type { Json } from "./json.js";
import { type Encoded, tooDeep, truncated } from "./markers.js";
import type { PathStep } from "./redact.js";
import { enterTag, hasRoom, lose, type Walk } from "./walk-context.js";
import { cutForDepth, hide } from "./walk-members.js";

/** `{ "$set": […] }`. Throws when the value only claims to be a Set. */
export function encodeSet(walk: Walk, set: ReadonlySet<unknown>, place: number): Encoded {
  // A subclass may have changed how it is read; the data behind it cannot lie.
  const items = Set.prototype.values.call(set);
  return encodeItems(walk, "$set", items, set.size, place, (item, at) => walk.encode(item, at));
}

/** `{ "$map": [[key, value], …] }`. Throws when the value only claims to be a Map. */
export function encodeMap(walk: Walk, map: ReadonlyMap<unknown, unknown>, place: number): Encoded {
  const items = Map.prototype.entries.call(map);
  return encodeItems(walk, "$map", items, map.size, place, ([key, value], at) =>
    encodePair(walk, key, value, at),
  );
}

function encodePair(walk: Walk, key: unknown, value: unknown, place: number): Encoded {
  if (!hasRoom(walk, place, 1)) return tooDeep;
  enterTag(walk, place, 0);
  const encodedKey = walk.encode(key, place + 1);
  enterTag(walk, place, 1);
  walk.keys[place] = toPathStep(key);
  const hidden = walk.settings.redactor?.hides(walk.keys, place + 1) === true;
  const encodedValue = hidden ? hide(walk, place + 1) : walk.encode(value, place + 1);
  if (encodedKey === tooDeep || encodedValue === tooDeep) return cutForDepth(walk, place);
  return [encodedKey, encodedValue];
}

function toPathStep(key: unknown): PathStep {
  return typeof key === "string" || typeof key === "number" ? key : undefined;
}

/** The array inside a tag, which ends with a mark where `maxNodes` cut it. */
function encodeItems<Item>(
  walk: Walk,
  tag: "$map" | "$set",
  items: Iterable<Item>,
  size: number,
  place: number,
  encodeItem: (item: Item, place: number) => Encoded,
): Encoded {
  if (!hasRoom(walk, place, 2)) return tooDeep;
  enterTag(walk, place, tag);
  const out: Json[] = [];
  for (const item of items) {
    if (walk.nodesLeft <= 0) return endForNodes(walk, tag, out, size, place);
    enterTag(walk, place + 1, out.length);
    const encoded = encodeItem(item, place + 2);
    if (encoded === tooDeep) return cutForDepth(walk, place);
    out.push(encoded);
  }
  return { [tag]: out };
}

function endForNodes(walk: Walk, tag: string, out: Json[], size: number, place: number): Encoded {
  if (!hasRoom(walk, place, 4)) return cutForDepth(walk, place);
  lose(walk, place, "maxNodes");
  return { [tag]: [...out, truncated("maxNodes", { omitted: Math.max(size - out.length, 1) })] };
}
