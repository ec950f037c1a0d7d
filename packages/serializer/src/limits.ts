import { RunwireError } from "./errors.js";

/**
 * What bounds the text that `encode` writes. What a limit cuts is marked `$truncated`, with the
 * limit's name as its `reason`.
 *
 * @example
 * encode(value, { limits: { maxBytes: 16_384, maxStringLength: 2_000 } });
 */
export interface EncodeLimits {
  /**
   * Levels of objects and arrays in the text, tags included: `[[1]]` has two. From 2 to 1,000;
   * more counts as 1,000. @default 64
   */
  readonly maxDepth: number;
  /** Values in the text, containers included. @default 100000 */
  readonly maxNodes: number;
  /** Bytes of the text in UTF-8; at least 64. @default 1048576 */
  readonly maxBytes: number;
  /** Length of one string or key, in UTF-16 code units. @default 262144 */
  readonly maxStringLength: number;
}

/**
 * The limits that hold where the caller names none.
 *
 * @example
 * encode(value, { limits: { maxBytes: defaultLimits.maxBytes / 4 } });
 */
export const defaultLimits: EncodeLimits = /* @__PURE__ */ Object.freeze({
  maxDepth: 64,
  maxNodes: 100_000,
  maxBytes: 1_048_576,
  maxStringLength: 262_144,
});

/** The least value of each limit: below it, no `$truncated` could be written. */
const minimum: EncodeLimits = { maxDepth: 2, maxNodes: 1, maxBytes: 64, maxStringLength: 0 };

/** The walk is recursive: deeper than this, the caller's own stack would be at risk. */
const deepest = 1_000;

export type LimitName = keyof EncodeLimits;

/**
 * Fills in the defaults.
 * @throws RunwireError `invalid_options` for a limit that is no number or below its minimum
 */
export function resolveLimits(limits: Partial<EncodeLimits> = {}): EncodeLimits {
  return {
    maxDepth: Math.min(resolveLimit(limits, "maxDepth"), deepest),
    maxNodes: resolveLimit(limits, "maxNodes"),
    maxBytes: resolveLimit(limits, "maxBytes"),
    maxStringLength: resolveLimit(limits, "maxStringLength"),
  };
}

function resolveLimit(limits: Partial<EncodeLimits>, name: LimitName): number {
  const value = limits[name] ?? defaultLimits[name];
  if (typeof value === "number" && value >= minimum[name]) return Math.floor(value);
  throw new RunwireError(
    "invalid_options",
    `limits.${name} is ${String(value)}: give a number of at least ${minimum[name]}`,
  );
}
