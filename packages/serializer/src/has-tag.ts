/**
 * Whether a JSON text can hold a tag at all: `false` is certain, and most texts say it, so that only
 * the others pay for {@link decodeValue}. Two searches of the platform, no parsing.
 *
 * @example
 * const value = hasTag(text) ? decodeValue(JSON.parse(text)) : JSON.parse(text);
 */
export function hasTag(text: string): boolean {
  // A key may have its `$` escaped.
  return text.includes('"$') || text.includes("\\u0024");
}
