import { cutToBytes } from "./cut-to-bytes.js";
import { type EncodeOptions, resolveOptions, type Settings } from "./options.js";
import { isPlain } from "./scan-plain.js";
import { fitsBytes } from "./strings.js";
import { type JsonTree, toJsonTree } from "./walk.js";
import type { Loss } from "./walk-context.js";

/**
 * Writes any value as JSON text, in bounded time and size.
 *
 * Plain JSON stays as it is; what JSON lacks becomes a tagged object that {@link decode} revives:
 * dates, BigInts, Maps, Sets, errors, bytes, URLs, cycles, `undefined`, NaN, −0. What a limit cuts
 * is a `$truncated` that names the limit, what throws when it is read is an `$unserializable` that
 * says why, and live handles (WebSockets, sockets, HTTP messages) are summarised. No value makes it
 * throw. An object that repeats is written out again; only cycles become references. Lone
 * surrogates and U+0000 are escaped, so the text is always well-formed UTF-8.
 *
 * What needs no tag is read twice, by a scan and by `JSON.stringify`: where a getter or Proxy answers
 * differently the second time, that answer is written as `JSON.stringify` would, and of the limits
 * only `maxBytes` is sure to hold for it.
 *
 * @throws RunwireError `invalid_options`
 * @example
 * encode({ at: new Date(0), seen: new Set([1n]) });
 * // {"at":{"$date":"1970-01-01T00:00:00.000Z"},"seen":{"$set":[{"$bigint":"1"}]}}
 */
export function encode(value: unknown, options?: EncodeOptions): string {
  return encodeWith(value, resolveOptions(options), undefined);
}

/**
 * Encodes, and says what the text does not hold.
 *
 * @throws RunwireError `invalid_options`
 * @example
 * encodeWithReport({ user: "ann", password: "…" }, { redact: ["password"] });
 * // { json: '{"user":"ann","password":"[redacted]"}', lost: [{ path: "/password", reason: "redacted" }] }
 */
export function encodeWithReport(value: unknown, options?: EncodeOptions): EncodeReport {
  const lost: Loss[] = [];
  const json = encodeWith(value, resolveOptions(options), lost);
  return { json, lost };
}

/**
 * What `encodeWithReport` gives.
 *
 * @example
 * const { json, lost }: EncodeReport = encodeWithReport(output);
 * if (lost.length > 0) report(lost);
 */
export interface EncodeReport {
  /** The text, as `encode` writes it. */
  readonly json: string;
  /** What is missing in it, in the order of writing; empty when nothing is. */
  readonly lost: readonly Loss[];
}

function encodeWith(value: unknown, settings: Settings, losses: Loss[] | undefined): string {
  return encodePlain(value, settings) ?? encodeTagged(value, settings, losses);
}

/** `undefined` where the value is not plain or not small enough. */
function encodePlain(value: unknown, settings: Settings): string | undefined {
  try {
    if (typeof value !== "object" || value === null || !isPlain(value, settings)) return undefined;
    // A getter may have changed its mind: then there may be an error, or no text at all.
    const json: string | undefined = JSON.stringify(value);
    if (json === undefined) return undefined;
    return fitsBytes(json, settings.limits.maxBytes) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** Said where not even the walk has room on the call stack. */
const exhausted = '{"$unserializable":"the call stack is full"}';

function encodeTagged(value: unknown, settings: Settings, losses: Loss[] | undefined): string {
  const json =
    tryTagged(value, settings, losses, true) ?? tryTagged(value, settings, losses, false);
  if (json === undefined) losses?.push({ path: "", reason: "unserializable" });
  return json ?? exhausted;
}

/** `undefined` where it threw: the call stack is full, or what was trusted has changed its mind. */
function tryTagged(
  value: unknown,
  settings: Settings,
  losses: Loss[] | undefined,
  trusts: boolean,
): string | undefined {
  if (losses !== undefined) losses.length = 0;
  try {
    const tree = toJsonTree(value, settings, losses, trusts);
    const json = stringify(tree, settings.limits.maxBytes);
    // What is cut is measured first, so it may not change its mind: only copies are cut.
    return (
      json ?? (trusts ? undefined : JSON.stringify(cutToBytes(tree.json, settings.limits, losses)))
    );
  } catch {
    return undefined;
  }
}

/** `undefined` where the text would be too large. */
function stringify({ json, characters }: JsonTree, maxBytes: number): string | undefined {
  // The tree shares its strings with the value; the text would not: 100,000 times the same megabyte.
  if (characters > maxBytes) return undefined;
  const text = JSON.stringify(json);
  return fitsBytes(text, maxBytes) ? text : undefined;
}
