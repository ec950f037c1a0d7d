import { reviveTag } from "./revive-tag.js";

/** An object or array of parsed JSON. */
type Container = Record<string, unknown>;

/** Where a container stands, and the tag that it is, if any. */
type Place = readonly [holder: Container, key: string, tag: string | undefined];

/**
 * Revives a value that `JSON.parse` has made already: dates, Maps, errors, cycles back in place.
 *
 * The value is used up: what it holds is changed where it stands, and only the result counts. Never
 * throws: what is no tag, or none that is known, stays the plain object that it is. Depth costs
 * nothing, for nothing here is recursive. `__proto__` and `constructor` stay data.
 *
 * @example
 * decodeValue({ at: { $date: "1970-01-01T00:00:00.000Z" } }); // { at: Date }
 */
export function decodeValue(value: unknown): unknown {
  const root: Container = { value };
  const revived = new Map<object, unknown>();
  const fills: (() => void)[] = [];
  // Outer before inner; so backwards, when a container's turn comes, all that it holds is revived
  // and all that is around it still stands as it was parsed: that is where `$ref` finds its way.
  for (const [holder, key, tag] of collectPlaces(root).reverse()) {
    // It was a container when it was collected, and nobody but its own turn replaces it.
    if (tag !== undefined) holder[key] = make(holder[key] as Container, tag);
  }
  for (const fill of fills) fill();
  return root.value;

  function make(raw: Container, tag: string): unknown {
    if (!revived.has(raw)) revived.set(raw, makeNew(raw, tag));
    return revived.get(raw);
  }

  function makeNew(raw: Container, tag: string): unknown {
    try {
      if (tag === "$ref") return follow(String(raw.$ref));
      return reviveTag(tag, raw[tag], raw.type, (fill) => fills.push(fill));
    } catch {
      return raw;
    }
  }

  /** What stands at a JSON Pointer; throws where nothing does, or another reference. */
  function follow(pointer: string): unknown {
    let target = root.value;
    for (const step of pointer.split("/").slice(1)) {
      const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
      target = Object.hasOwn(Object(target), key) ? (target as Container)[key] : undefined;
    }
    const tag = isContainer(target) ? tagOf(target) : "$ref";
    if (tag === "$ref") throw new TypeError();
    return tag === undefined ? target : make(target as Container, tag);
  }
}

function collectPlaces(root: Container): Place[] {
  const places: Place[] = [];
  collectMembers(places, root, undefined);
  // Grows while it is gone through: breadth first.
  for (const [holder, key, tag] of places) collectMembers(places, holder[key] as Container, tag);
  return places;
}

function collectMembers(places: Place[], holder: Container, holderTag: string | undefined): void {
  // What these tags hold is read as it stands, even where it looks like a tag.
  const isLiteral = holderTag === "$escape" || holderTag === "$error";
  for (const key of Object.keys(holder)) {
    const member = holder[key];
    if (isContainer(member)) places.push([holder, key, isLiteral ? undefined : tagOf(member)]);
  }
}

function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null;
}

function tagOf(value: Container): string | undefined {
  if (Array.isArray(value)) return undefined;
  const keys = Object.keys(value);
  const tag = keys.find((key) => key[0] === "$");
  const isAlone = keys.length === 1 || (tag === "$bytes" && keys.length === 2 && "type" in value);
  return isAlone ? tag : undefined;
}
