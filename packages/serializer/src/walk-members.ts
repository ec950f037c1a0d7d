import { isTagKey, type Json, setOwn } from "./json.js";
import {
  describeThrown,
  type Encoded,
  redacted,
  tooDeep,
  truncated,
  truncation,
  unserializable,
} from "./markers.js";
import { type EnumNames, nameOf } from "./names.js";
import {
  enterMember,
  enterTag,
  forgetLossesInside,
  hasRoom,
  isHidden,
  lose,
  type Walk,
  whyFull,
} from "./walk-context.js";

/** The members of a plain object or a class instance. */
export function encodeObject(
  walk: Walk,
  value: object,
  keys: readonly string[],
  place: number,
): Encoded {
  if (!hasTagKey(keys)) return encodeMembers(walk, value, keys, place);
  enterTag(walk, place, "$escape");
  const inner = encodeMembers(walk, value, keys, place + 1);
  if (inner !== tooDeep) return { $escape: inner };
  return cutForDepth(walk, place);
}

function hasTagKey(keys: readonly string[]): boolean {
  for (const key of keys) if (isTagKey(key)) return true;
  return false;
}

/**
 * Members as they are, without a look at their names: the inside of an object or of `$error`.
 * @param out what they are added to
 */
export function encodeMembers(
  walk: Walk,
  value: object,
  keys: readonly string[],
  place: number,
  names: EnumNames | undefined = walk.settings.names,
  out: Record<string, Json> = {},
): Encoded {
  if (!hasRoom(walk, place, 1)) return tooDeep;
  const { maxStringLength } = walk.settings.limits;
  let omitted = 0;
  for (const key of keys) {
    if (key.length > maxStringLength || whyFull(walk) !== undefined) {
      omitted++;
      continue;
    }
    walk.characters += key.length;
    enterMember(walk, place, key);
    const member = encodeMember(walk, value, key, place + 1, names);
    if (member === tooDeep) return cutForDepth(walk, place);
    setOwn(out, key, member);
  }
  return omitted === 0 ? out : summarise(walk, out, omitted, place);
}

function summarise(walk: Walk, out: Record<string, Json>, omitted: number, place: number): Encoded {
  if (!hasRoom(walk, place, 2)) return cutForDepth(walk, place);
  const reason = whyFull(walk) ?? "maxStringLength";
  lose(walk, place, reason);
  out.$truncated = truncation(reason, { omitted });
  return out;
}

function encodeMember(
  walk: Walk,
  value: object,
  key: string,
  place: number,
  names: EnumNames | undefined,
): Encoded {
  if (isHidden(walk, place)) return hide(walk, place);
  let member: unknown;
  try {
    // The key is the object's own; what it holds is looked at next.
    member = (value as Record<string, unknown>)[key];
  } catch (error) {
    return encodeThrown(walk, describeThrown("getter threw", error), place);
  }
  return walk.encode(walk, names === undefined ? member : nameOf(names, key, member), place);
}

/** What stands for a hidden value. */
export function hide(walk: Walk, place: number): string {
  walk.nodesLeft--;
  lose(walk, place, "redacted");
  return redacted;
}

/** What stands for a value that threw. */
export function encodeThrown(walk: Walk, reason: string, place: number): Encoded {
  if (!hasRoom(walk, place, 1)) return tooDeep;
  walk.nodesLeft--;
  lose(walk, place, "unserializable");
  return unserializable(reason);
}

/**
 * What stands for a container that holds something too deep. The mark itself takes two levels: where
 * it has no room, the container around is the one to be cut, so that no text is ever deeper than
 * `maxDepth`.
 */
export function cutForDepth(walk: Walk, place: number): Encoded {
  if (!hasRoom(walk, place, 2)) return tooDeep;
  forgetLossesInside(walk, place);
  lose(walk, place, "maxDepth");
  return truncated("maxDepth");
}
