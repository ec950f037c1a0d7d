/**
 * Names for bare enum values: by key, then by value.
 *
 * @example
 * encode({ readyState: 1 }, { names: { readyState: ["CONNECTING", "OPEN", "CLOSING", "CLOSED"] } });
 * // {"readyState":"OPEN"}
 */
export type EnumNames = Readonly<
  Record<string, readonly string[] | Readonly<Record<number, string>>>
>;

/** The states of a WebSocket, by their number. */
export const readyStateNames = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"] as const;

/** The name of an enum value, or the value where it has none. */
export function nameOf(names: EnumNames, key: string, value: unknown): unknown {
  if (typeof value !== "number" || !Object.hasOwn(names, key)) return value;
  const list = names[key];
  return list !== undefined && Object.hasOwn(list, value) ? list[value] : value;
}
