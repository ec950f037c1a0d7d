/**
 * Whether `value` can be a `delta`: text that neither begins nor ends inside a surrogate pair.
 * A lone surrogate further in is carried as it is.
 *
 * @example
 * isDelta("\ud83d"); // false: half of an emoji
 */
export function isDelta(value: unknown): value is string {
  if (typeof value !== "string") return false;
  const isCutInFront = (value.charCodeAt(0) & 0xfc00) === 0xdc00;
  const isCutBehind = (value.charCodeAt(value.length - 1) & 0xfc00) === 0xd800;
  return !isCutInFront && !isCutBehind;
}
