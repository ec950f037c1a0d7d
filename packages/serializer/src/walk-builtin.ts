import { type Encoded, tooDeep } from "./markers.js";
import { encodeArrayBuffer, encodeView } from "./walk-bytes.js";
import { encodeMap, encodeSet } from "./walk-collections.js";
import { hasRoom, type Walk } from "./walk-context.js";
import { encodeError } from "./walk-error.js";
import { encodeThrown } from "./walk-members.js";
import { leaf } from "./walk-primitives.js";

/** What the platform's own types are written as; `undefined` for an object of another kind. */
export function encodeBuiltin(walk: Walk, value: object, place: number): Encoded | undefined {
  if (value instanceof Error) return encodeError(walk, value, place);
  if (ArrayBuffer.isView(value)) return encodeView(walk, value, place);
  // Knows a Date of another realm too, but an object can lie in it.
  const claim = Object.prototype.toString.call(value).slice("[object ".length, -1);
  if (opaque.has(claim)) return encodeThrown(walk, `a ${claim} cannot be read`, place);
  readers ??= createReaders();
  if (!Object.hasOwn(readers, claim)) return undefined;
  return readers[claim]?.(value)?.(walk, place);
}

/** Made at the first need: a bundle that only decodes carries none of it. */
let readers: Readonly<Record<string, Reader>> | undefined;

type Write = (walk: Walk, place: number) => Encoded;
type Reader = (value: object) => Write | undefined;

/** They hold something that no other code may look at. */
const opaque = new Set(["Promise", "WeakMap", "WeakSet", "WeakRef", "Generator", "AsyncGenerator"]);

/**
 * Each reads the data behind its type with the type's own method: a subclass may have changed the
 * method, and an object that only claims the type makes it throw and is written as what it is.
 */
function createReaders(): Readonly<Record<string, Reader>> {
  return {
    Date: branded(Date.prototype.getTime, (time) => (walk, at) => encodeDate(walk, time, at)),
    // An error of another realm; what only claims to be one may lack its fields.
    Error: (value) => (walk, at) => encodeError(walk, value as Error, at),
    Map: branded(
      getterOf(Map, "size"),
      (_, value) => (walk, at) =>
        // The size could be read, so it is a Map.
        encodeMap(walk, value as ReadonlyMap<unknown, unknown>, at),
    ),
    Set: branded(
      getterOf(Set, "size"),
      (_, value) => (walk, at) =>
        // The size could be read, so it is a Set.
        encodeSet(walk, value as ReadonlySet<unknown>, at),
    ),
    RegExp: branded(
      getterOf(RegExp, "source"),
      (_, value) => (walk, at) => leaf(walk, at, "$regexp", RegExp.prototype.toString.call(value)),
    ),
    URL: branded(
      getterOf(URL, "href"),
      (href) => (walk, at) => leaf(walk, at, "$url", String(href)),
    ),
    ArrayBuffer: branded(
      getterOf(ArrayBuffer, "byteLength"),
      (_, value) => (walk, at) =>
        // The length could be read, so it is an ArrayBuffer.
        encodeArrayBuffer(walk, value as ArrayBuffer, at),
    ),
    SharedArrayBuffer: (value) => (walk, at) =>
      // Only pages that are isolated have the type; its constructor throws at anything else.
      encodeArrayBuffer(walk, value as SharedArrayBuffer, at),
    String: boxed(String.prototype.valueOf),
    Number: boxed(Number.prototype.valueOf),
    Boolean: boxed(Boolean.prototype.valueOf),
    BigInt: boxed(BigInt.prototype.valueOf),
    Symbol: boxed(Symbol.prototype.valueOf),
  };
}

function branded<Data>(
  method: (this: never) => Data,
  toWrite: (data: Data, value: object) => Write,
): Reader {
  return (value) => {
    try {
      return toWrite(Reflect.apply(method, value, []), value);
    } catch {
      return undefined;
    }
  };
}

function boxed(method: (this: never) => unknown): Reader {
  return branded(method, (primitive) => (walk, at) => walk.encode(primitive, at));
}

function getterOf(type: { readonly prototype: object }, key: string): (this: never) => unknown {
  const get = Object.getOwnPropertyDescriptor(type.prototype, key)?.get;
  return get ?? notHere;
}

/** Stands for a getter that this platform lacks: nothing passes for the type. */
function notHere(): never {
  throw new TypeError("not on this platform");
}

function encodeDate(walk: Walk, time: number, place: number): Encoded {
  if (!hasRoom(walk, place, 1)) return tooDeep;
  return { $date: Number.isNaN(time) ? null : new Date(time).toISOString() };
}
