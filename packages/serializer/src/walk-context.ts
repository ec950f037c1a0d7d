import type { LimitName } from "./limits.js";
import type { Encoded } from "./markers.js";
import type { Settings } from "./options.js";
import { toPointer } from "./pointer.js";
import type { PathStep } from "./redact.js";

/** Why something is missing from the text. */
export type LossReason =
  | "maxDepth"
  | "maxNodes"
  | "maxBytes"
  | "maxStringLength"
  | "sparse"
  | "function"
  | "unserializable"
  | "redacted";

/**
 * Something that the text does not hold.
 *
 * @example
 * const loss: Loss = { path: "/headers/authorization", reason: "redacted" };
 */
export interface Loss {
  /** JSON Pointer into the encoded JSON; `""` is the whole value. */
  readonly path: string;
  readonly reason: LossReason;
}

/**
 * What one walk knows. A *place* is the number of pointer steps that lead to a value, and so the
 * number of levels of JSON around it; all three paths are indexed by it and overwritten in passing.
 */
export interface Walk {
  readonly settings: Settings;
  /** Whether a value that a scan found plain may be read once more, by `JSON.stringify`. */
  readonly trusts: boolean;
  /** Values still to be written. */
  nodesLeft: number;
  /** Characters of all strings and keys so far: the text has at least as many bytes. */
  characters: number;
  /** The walk ends there: enough for a fair choice of what to keep, little enough to measure. */
  readonly mostCharacters: number;
  /** Steps through the encoded JSON: step `n` leads from place `n` to place `n + 1`. */
  readonly steps: (string | number)[];
  /** The same through the caller's value, where there is redaction: `undefined` for a tag's step. */
  readonly keys: PathStep[] | undefined;
  /** The caller's objects around the current one; `undefined` where a tag put a level in. */
  readonly ancestors: (object | undefined)[];
  readonly losses: Loss[] | undefined;
  /** Encodes the value at `steps[0 … place - 1]`. */
  readonly encode: (walk: Walk, value: unknown, place: number) => Encoded;
}

/** Notes that the value at `place` lost something. */
export function lose(walk: Walk, place: number, reason: LossReason): void {
  walk.losses?.push({ path: toPointer(walk.steps, place), reason });
}

/** Forgets what was lost inside the value at `place`, for the value itself is now what is lost. */
export function forgetLossesInside(walk: Walk, place: number): void {
  const { losses } = walk;
  if (losses === undefined) return;
  const inside = `${toPointer(walk.steps, place)}/`;
  while (losses.at(-1)?.path.startsWith(inside) === true) losses.pop();
}

/** Why nothing more is copied, or `undefined` where there is room. */
export function whyFull(walk: Walk): LimitName | undefined {
  if (walk.nodesLeft <= 0) return "maxNodes";
  return walk.characters > walk.mostCharacters ? "maxBytes" : undefined;
}

/** Takes room for values that are copied together; `false` where there is not enough for all. */
export function spendAtOnce(walk: Walk, nodes: number, characters: number): boolean {
  if (walk.nodesLeft < nodes || walk.characters + characters > walk.mostCharacters) return false;
  walk.nodesLeft -= nodes;
  walk.characters += characters;
  return true;
}

/** Whether `levels` more levels of JSON fit at `place`. */
export function hasRoom(walk: Walk, place: number, levels: number): boolean {
  return place + levels <= walk.settings.limits.maxDepth;
}

/** Goes one step down, from the value at `place` to a member of it, of the caller's own. */
export function enterMember(walk: Walk, place: number, key: string | number): void {
  walk.steps[place] = key;
  if (walk.keys !== undefined) walk.keys[place] = key;
}

/** Goes one step down into the JSON of a tag. */
export function enterTag(walk: Walk, place: number, step: string | number): void {
  walk.steps[place] = step;
  if (walk.keys !== undefined) walk.keys[place] = undefined;
  walk.ancestors[place + 1] = undefined;
}

/** Whether the value at `place` is to be redacted. */
export function isHidden({ settings, keys }: Walk, place: number): boolean {
  return keys !== undefined && settings.redactor?.hides(keys, place) === true;
}

/** The pointer to the ancestor that this object is, or `undefined`: then it is no cycle. */
export function cycleTo(walk: Walk, value: object, place: number): string | undefined {
  for (let index = 0; index < place; index++) {
    if (walk.ancestors[index] === value) return toPointer(walk.steps, index);
  }
  return undefined;
}
