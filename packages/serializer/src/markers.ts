import type { Json, JsonObject } from "./json.js";
import type { LimitName } from "./limits.js";
import { headOf } from "./strings.js";

/** Stands in the tree for a value that has no room above `maxDepth`; never written. */
export const tooDeep = Symbol("too deep");
type TooDeep = typeof tooDeep;

/** What a redacted value reads as. */
export const redacted = "[redacted]";

interface TruncatedDetails {
  /** Length of what was cut, in its own unit: UTF-16 code units, bytes of a byte array. */
  readonly length?: number;
  /** The part of a string that was kept. */
  readonly value?: string;
  /** How many members or elements are missing. */
  readonly omitted?: number;
  /** What it was, where the kept part does not show it. */
  readonly type?: string;
}

/** The inside of a `$truncated`, for an object that keeps some of its members beside it. */
export function truncation(
  reason: LimitName | "sparse",
  details: TruncatedDetails = {},
): JsonObject {
  return { reason, ...details };
}

/** What stands in place of a value that a limit cut. Two levels of JSON. */
export function truncated(reason: LimitName | "sparse", details?: TruncatedDetails): JsonObject {
  return { $truncated: truncation(reason, details) };
}

/** What stands in place of a value that threw when it was read. One level of JSON. */
export function unserializable(reason: string): JsonObject {
  return { $unserializable: reason };
}

const longestReason = 200;

/** A short text for anything that was thrown, hostile things included. */
export function describeThrown(doing: string, thrown: unknown): string {
  return headOf(`${doing}: ${messageOf(thrown)}`, longestReason);
}

function messageOf(thrown: unknown): string {
  try {
    const message = thrown instanceof Error ? thrown.message : thrown;
    // Its text is that of all its elements: of one that holds itself many times, it never ends.
    if (Array.isArray(message)) return "an array";
    return String(message);
  } catch {
    return "something that has no text";
  }
}

/** A JSON tree, or the note that it had no room. */
export type Encoded = Json | TooDeep;
