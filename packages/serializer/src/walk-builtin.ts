import { toIsoText } from "./iso-time.js";
import { type Encoded, tooDeep } from "./markers.js";
import { encodeArrayBuffer, encodeView } from "./walk-bytes.js";
import { encodeMap, encodeSet } from "./walk-collections.js";
import { hasRoom, type Walk } from "./walk-context.js";
import { encodeError } from "./walk-error.js";
import { encodeThrown } from "./walk-members.js";
import { leaf } from "./walk-primitives.js";

/** What the platform's own types are written as; `undefined` for an object of another kind. */
export function encodeBuiltin(
  walk: Walk,
  value: object,
  place: number,
  prototype: object | null,
): Encoded | undefined {
  readers ??= createReaders();
  const reader = readers.get(prototype);
  if (reader !== undefined) return reader(walk, value, place);
  if (value instanceof Error) return encodeError(walk, value, place);
  if (ArrayBuffer.isView(value)) return encodeView(walk, value, place);
  // Knows a subclass, and a Date of another realm too; but an object can lie in it.
  return readers.get(Object.prototype.toString.call(value))?.(walk, value, place);
}

/**
 * By what objects claim, and by the prototypes of the most common types, which are found sooner.
 * Made at the first need: a bundle that only decodes carries none of it.
 */
let readers: ReadonlyMap<unknown, Reader> | undefined;

/** `undefined` where the object only claims to be of the type. */
type Reader = (walk: Walk, value: object, place: number) => Encoded | undefined;

/**
 * Each reads the data behind its type with the type's own method: a subclass may have changed the
 * method, and an object that only claims the type makes it throw and is written as what it is.
 */
function createReaders(): ReadonlyMap<unknown, Reader> {
  const date = branded(Date.prototype.getTime, encodeDate);
  const map = branded(sizeOf(Map), encodeMap);
  const set = branded(sizeOf(Set), encodeSet);
  return new Map<unknown, Reader>([
    [Date.prototype, date],
    [Map.prototype, map],
    [Set.prototype, set],
    ["[object Date]", date],
    ["[object Map]", map],
    ["[object Set]", set],
    ["[object RegExp]", branded(getterOf(RegExp, "source"), encodeRegExp)],
    ["[object URL]", branded(getterOf(URL, "href"), encodeUrl)],
    ["[object ArrayBuffer]", branded(getterOf(ArrayBuffer, "byteLength"), encodeArrayBuffer)],
    // Only pages that are isolated have the type; the constructor that reads it throws at others.
    [
      "[object SharedArrayBuffer]",
      (walk, value, at) => encodeArrayBuffer(walk, value as never, at),
    ],
    ["[object Error]", encodeForeignError],
    ["[object String]", branded(String.prototype.valueOf, encodeBoxed)],
    ["[object Number]", branded(Number.prototype.valueOf, encodeBoxed)],
    ["[object Boolean]", branded(Boolean.prototype.valueOf, encodeBoxed)],
    ["[object BigInt]", branded(BigInt.prototype.valueOf, encodeBoxed)],
    ["[object Symbol]", branded(Symbol.prototype.valueOf, encodeBoxed)],
    ...opaque.map((type): [string, Reader] => [`[object ${type}]`, unreadable(type)]),
  ]);
}

/** They hold something that no other code may look at. */
const opaque = ["Promise", "WeakMap", "WeakSet", "WeakRef", "Generator", "AsyncGenerator"];

function unreadable(type: string): Reader {
  return (walk, _, place) => encodeThrown(walk, `a ${type} cannot be read`, place);
}

/**
 * A reader of what passes for the type.
 * @param write gets the object typed as `never`: that its data could be read says what it is.
 */
function branded<Data>(
  method: (this: never) => Data,
  write: (walk: Walk, value: never, place: number, data: Data) => Encoded,
): Reader {
  return (walk, value, place) => {
    let data: Data;
    try {
      data = method.call(value as never);
    } catch {
      return undefined;
    }
    return write(walk, value as never, place, data);
  };
}

/** The getter of what is a number on every platform. */
function sizeOf(type: { readonly prototype: object }): (this: never) => number {
  return getterOf(type, "size") as (this: never) => number;
}

function getterOf(type: { readonly prototype: object }, key: string): (this: never) => unknown {
  const get = Object.getOwnPropertyDescriptor(type.prototype, key)?.get;
  return get ?? notHere;
}

/** Stands for a getter that this platform lacks: nothing passes for the type. */
function notHere(): never {
  throw new TypeError("not on this platform");
}

function encodeDate(walk: Walk, _: Date, place: number, time: number): Encoded {
  if (!hasRoom(walk, place, 1)) return tooDeep;
  return { $date: Number.isNaN(time) ? null : toIsoText(time) };
}

function encodeRegExp(walk: Walk, expression: RegExp, place: number): Encoded {
  return leaf(walk, place, "$regexp", RegExp.prototype.toString.call(expression));
}

function encodeUrl(walk: Walk, _: URL, place: number, href: unknown): Encoded {
  return leaf(walk, place, "$url", String(href));
}

function encodeBoxed(walk: Walk, _: object, place: number, primitive: unknown): Encoded {
  return walk.encode(walk, primitive, place);
}

/** An error of another realm; what only claims to be one lacks its texts. */
function encodeForeignError(walk: Walk, value: object, place: number): Encoded | undefined {
  const { name, message } = value as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || typeof message !== "string") return undefined;
  return encodeError(walk, value as Error, place);
}
