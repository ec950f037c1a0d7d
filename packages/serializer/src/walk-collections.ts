import type { Json } from "./json.js";
import type { LimitName } from "./limits.js";
import { type Encoded, tooDeep, truncated } from "./markers.js";
import type { PathStep } from "./redact.js";
import { enterTag, hasRoom, isHidden, lose, type Walk, whyFull } from "./walk-context.js";
import { cutForDepth, hide } from "./walk-members.js";

// Both read with the platform's own iterators: a subclass may have changed how it is read, the data
// behind it cannot lie. They throw when the value only claims the type.

/** `{ "$set": […] }` */
export function encodeSet(
  walk: Walk,
  set: ReadonlySet<unknown>,
  place: number,
  size: number,
): Encoded {
  if (!hasRoom(walk, place, 2)) return tooDeep;
  enterTag(walk, place, "$set");
  const $set: Json[] = [];
  const items: Iterable<unknown> = Set.prototype.values.call(set);
  for (const item of items) {
    const reason = whyFull(walk);
    if (reason !== undefined) {
      if (!endFull(walk, $set, reason, size, place)) return cutForDepth(walk, place);
      break;
    }
    enterTag(walk, place + 1, $set.length);
    const encoded = walk.encode(walk, item, place + 2);
    if (encoded === tooDeep) return cutForDepth(walk, place);
    $set.push(encoded);
  }
  return { $set };
}

/** `{ "$map": [[key, value], …] }` */
export function encodeMap(
  walk: Walk,
  map: ReadonlyMap<unknown, unknown>,
  place: number,
  size: number,
): Encoded {
  if (!hasRoom(walk, place, 2)) return tooDeep;
  enterTag(walk, place, "$map");
  const $map: Json[] = [];
  const entries: Iterable<[unknown, unknown]> = Map.prototype.entries.call(map);
  for (const [key, value] of entries) {
    const reason = whyFull(walk);
    if (reason !== undefined) {
      if (!endFull(walk, $map, reason, size, place)) return cutForDepth(walk, place);
      break;
    }
    enterTag(walk, place + 1, $map.length);
    const encoded = encodePair(walk, key, value, place + 2);
    if (encoded === tooDeep) return cutForDepth(walk, place);
    $map.push(encoded);
  }
  return { $map };
}

function encodePair(walk: Walk, key: unknown, value: unknown, place: number): Encoded {
  walk.nodesLeft--;
  if (!hasRoom(walk, place, 1)) return tooDeep;
  enterTag(walk, place, 0);
  const encodedKey = walk.encode(walk, key, place + 1);
  enterTag(walk, place, 1);
  if (walk.keys !== undefined) walk.keys[place] = toPathStep(key);
  const encodedValue = isHidden(walk, place + 1)
    ? hide(walk, place + 1)
    : walk.encode(walk, value, place + 1);
  if (encodedKey === tooDeep || encodedValue === tooDeep) return cutForDepth(walk, place);
  return [encodedKey, encodedValue];
}

function toPathStep(key: unknown): PathStep {
  return typeof key === "string" || typeof key === "number" ? key : undefined;
}

/** Says how many items are missing; `false` where even that has no room. */
function endFull(walk: Walk, out: Json[], reason: LimitName, size: number, place: number): boolean {
  if (!hasRoom(walk, place, 4)) return false;
  lose(walk, place, reason);
  // It may have grown or shrunk while it was read.
  out.push(truncated(reason, { omitted: Math.max(size - out.length, 1) }));
  return true;
}
