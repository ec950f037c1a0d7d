import { createHoleFinder, type HoleFinder } from "./holes.js";
import type { Json, JsonObject } from "./json.js";
import type { LimitName } from "./limits.js";
import { describeThrown, type Encoded, tooDeep, truncated } from "./markers.js";
import { hasRoom, isHidden, lose, type Walk, whyFull } from "./walk-context.js";
import { cutForDepth, encodeThrown, hide } from "./walk-members.js";

/** An array: holes read as `undefined`, long runs of them as one mark. */
export function encodeArray(walk: Walk, array: readonly unknown[], place: number): Encoded {
  if (!hasRoom(walk, place, 1)) return tooDeep;
  const { length } = array;
  const out: Json[] = [];
  let findHoles: HoleFinder | undefined;
  for (let index = 0; index < length; index++) {
    const reason = whyFull(walk);
    if (reason !== undefined) return endFull(walk, out, reason, length - index, place);
    walk.steps[place] = out.length;
    if (walk.keys !== undefined) walk.keys[place] = index;
    let element = encodeElement(walk, array, index, place + 1);
    if (element === undefined) {
      findHoles ??= createHoleFinder(array, length);
      const holes = findHoles(index);
      element =
        holes > 0 ? skipHoles(walk, holes, place + 1) : walk.encode(walk, undefined, place + 1);
      index += Math.max(holes - 1, 0);
    }
    if (element === tooDeep) return cutForDepth(walk, place);
    out.push(element);
  }
  return out;
}

/** `undefined` for an element that is `undefined` or not there at all. */
function encodeElement(
  walk: Walk,
  array: readonly unknown[],
  index: number,
  place: number,
): Encoded | undefined {
  let element: unknown;
  try {
    element = array[index];
  } catch (error) {
    return encodeThrown(walk, describeThrown("getter threw", error), place);
  }
  if (element === undefined) return undefined;
  return isHidden(walk, place) ? hide(walk, place) : walk.encode(walk, element, place);
}

function skipHoles(walk: Walk, omitted: number, place: number): JsonObject | typeof tooDeep {
  if (!hasRoom(walk, place, 2)) return tooDeep;
  walk.nodesLeft--;
  lose(walk, place, "sparse");
  return truncated("sparse", { omitted });
}

function endFull(
  walk: Walk,
  out: Json[],
  reason: LimitName,
  omitted: number,
  place: number,
): Encoded {
  if (!hasRoom(walk, place, 3)) return cutForDepth(walk, place);
  lose(walk, place, reason);
  out.push(truncated(reason, { omitted }));
  return out;
}
