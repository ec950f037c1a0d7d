import type { Json } from "./json.js";
import { jsonStringBytes } from "./strings.js";

/** Bytes of each container's JSON text, measured once. */
export type Sizes = Map<object, number>;

/** Bytes of the JSON text of a tree, in UTF-8, as `JSON.stringify` writes it. */
export function measure(json: Json, sizes: Sizes): number {
  if (typeof json === "string") return 2 + jsonStringBytes(json);
  if (typeof json !== "object" || json === null) return String(json).length;
  const known = sizes.get(json);
  if (known !== undefined) return known;
  const size = measureContainer(json, sizes);
  sizes.set(json, size);
  return size;
}

/** Bytes of `"key":` */
export function measureKey(key: string): number {
  return 3 + jsonStringBytes(key);
}

function measureContainer(json: Exclude<Json, string | number | boolean | null>, sizes: Sizes) {
  const entries = Object.entries<Json>(json);
  const isArray = Array.isArray(json);
  // Brackets, and a comma between members.
  let bytes = 2 + Math.max(entries.length - 1, 0);
  for (const [key, member] of entries)
    bytes += measure(member, sizes) + (isArray ? 0 : measureKey(key));
  return bytes;
}
