/** Puts the members of a value in place once they are revived themselves: they may point back at it. */
export type FillLater = (fill: () => void) => void;

type Reviver = (payload: unknown, later: FillLater, type: unknown) => unknown;

/** What each tag stands for. One that does not hold what it should throws, whatever it throws. */
const revivers: { readonly [tag: string]: Reviver | undefined } = {
  $undefined: (payload) => (payload === true ? undefined : refuse()),
  $bigint: (payload) => BigInt(text(payload, /^-?\d+$/)),
  $number: (payload) => Number(text(payload, /^(NaN|-?Infinity|-0)$/)),
  $date: (payload) => (payload === null ? new Date(Number.NaN) : toDate(text(payload))),
  $url: (payload) => new URL(text(payload)),
  $symbol: (payload) => Symbol.for(text(payload)),
  $regexp: (payload) => toRegExp(text(payload)),
  $bytes: (payload, _, type) => toBytes(text(payload), type),
  $escape: (payload) => (payload === Object(payload) ? payload : refuse()),
  $set: toSet,
  $map: toMap,
  $error: toError,
};

/**
 * Makes the value that a tag stands for. What Maps, Sets and errors hold is put in `later`.
 *
 * Throws where it is no tag that can be revived, and then it stays the plain object that it is: a
 * function, what a limit cut, a malformed tag, a tag that nobody here knows.
 */
export function reviveTag(tag: string, payload: unknown, type: unknown, later: FillLater): unknown {
  return (revivers[tag] ?? refuse)(payload, later, type);
}

function refuse(): never {
  throw new TypeError();
}

function text(payload: unknown, pattern = /^/): string {
  return typeof payload === "string" && pattern.test(payload) ? payload : refuse();
}

function array(payload: unknown): readonly unknown[] {
  return Array.isArray(payload) ? payload : refuse();
}

function toDate(payload: string): Date {
  const date = new Date(payload);
  return Number.isNaN(date.getTime()) ? refuse() : date;
}

function toRegExp(payload: string): RegExp {
  const [, source, flags] = /^\/(.*)\/(.*)$/s.exec(payload) ?? refuse();
  return new RegExp(source ?? "", flags);
}

function toSet(payload: unknown, later: FillLater): unknown {
  const set = new Set();
  const items = array(payload);
  later(() => {
    for (const item of items) set.add(item);
  });
  return set;
}

function toMap(payload: unknown, later: FillLater): unknown {
  const map = new Map();
  if (!array(payload).every((entry) => array(entry).length === 2)) refuse();
  later(() => {
    // Each is a pair.
    for (const [key, value] of payload as [unknown, unknown][]) map.set(key, value);
  });
  return map;
}

type BytesConstructor = new (buffer: ArrayBuffer) => unknown;

/** Only these names reach into the global object. */
const bytesType = /^((Big)?(Ui|I)nt\d+(Clamped)?Array|Float\d+Array|DataView)$/;

function toBytes(base64: string, type: unknown): unknown {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  if (type === undefined) return bytes;
  if (type === "ArrayBuffer") return bytes.buffer;
  // A browser has no Buffer, but Buffers are Uint8Arrays.
  const globals = globalThis as Readonly<Record<string, unknown>>;
  const { Buffer: node } = globals as { readonly Buffer?: { from(from: ArrayBuffer): unknown } };
  if (type === "Buffer") return node === undefined ? bytes : node.from(bytes.buffer);
  // The name says that it is one of the typed arrays; where the platform lacks it, calling throws.
  return new (globals[text(type, bytesType)] as BytesConstructor)(bytes.buffer);
}

const errorType = /^(Eval|Range|Reference|Syntax|Type|URI)Error$/;
/** The known fields do not show on an error that was thrown; its own ones do. */
const hidden = /^(name|message|stack|cause|errors)$/;

function toError(payload: unknown, later: FillLater): Error {
  const fields = Object(payload) as Readonly<Record<string, unknown>>;
  if (!("name" in fields && "message" in fields)) refuse();
  // Either may be something else, where it threw or a limit cut it: then it is put in afterwards.
  const name = typeof fields.name === "string" ? fields.name : "Error";
  const message = typeof fields.message === "string" ? fields.message : "";
  const error =
    name === "AggregateError" ? new AggregateError([], message) : new (errorClass(name))(message);
  // Its own stack would tell where it was decoded.
  later(() => fillError(error, { stack: `${name}: ${message}`, ...fields }));
  return error;
}

function errorClass(name: string): ErrorConstructor {
  // Known: each name that the pattern lets through is one of the language's errors.
  const globals = globalThis as unknown as Readonly<Record<string, ErrorConstructor>>;
  return (errorType.test(name) && globals[name]) || Error;
}

function fillError(error: Error, fields: { readonly [field: string]: unknown }): void {
  for (const [key, value] of Object.entries(fields)) {
    // The name that the type gives it already stays the type's.
    if (key === "name" && error.name === value) continue;
    const enumerable = !hidden.test(key);
    Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
  }
}
