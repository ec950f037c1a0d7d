/**
 * Makes the value that a tag stands for. Maps, Sets and errors come out empty, for what they hold may
 * point back at them: {@link fillTag} puts it in.
 *
 * Throws where it is no tag that can be revived, and then it stays the plain object that it is: a
 * function, what a limit cut, a malformed tag, a tag that nobody here knows.
 */
export function reviveTag(tag: string, payload: unknown, type: unknown): unknown {
  switch (tag) {
    case "$undefined":
      return payload === true ? undefined : refuse();
    case "$date":
      return payload === null ? new Date(Number.NaN) : toDate(text(payload));
    case "$map":
      return array(payload).every(isPair) ? new Map() : refuse();
    case "$set":
      return array(payload) && new Set();
    case "$error":
      return toError(payload);
    case "$escape":
      return typeof payload === "object" && payload !== null ? payload : refuse();
    default:
      return reviveText(tag, text(payload), type ?? "Uint8Array");
  }
}

/** The tags whose payload is one text. */
function reviveText(tag: string, payload: string, type: unknown): unknown {
  switch (tag) {
    case "$bigint":
      return BigInt(/^-?\d+$/.test(payload) ? payload : refuse());
    case "$number":
      return Number(/^(NaN|-?Infinity|-0)$/.test(payload) ? payload : refuse());
    case "$bytes":
      return toBytes(payload, text(type));
    case "$url":
      return new URL(payload);
    case "$regexp":
      return toRegExp(payload);
    case "$symbol":
      return Symbol.for(payload);
    default:
      return refuse();
  }
}

/** Puts the members, revived by now, into what {@link reviveTag} made of the same tag. */
export function fillTag(tag: string, target: unknown, payload: unknown): void {
  if (tag === "$map" && target instanceof Map) {
    // Checked when the Map was made: each is a pair.
    for (const [key, value] of payload as [unknown, unknown][]) target.set(key, value);
  }
  if (tag === "$set" && target instanceof Set) {
    for (const item of array(payload)) target.add(item);
  }
  if (tag === "$error" && target instanceof Error) fillError(target, payload);
}

/** The known fields do not show on an error that was thrown; its own ones do. */
const hidden = /^(name|message|stack|cause|errors)$/;

function fillError(error: Error, payload: unknown): void {
  for (const [key, value] of Object.entries(Object(payload) as object)) {
    // The name that the type gives it already stays the type's.
    if (key === "name" && error.name === value) continue;
    const enumerable = !hidden.test(key);
    Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
  }
}

function refuse(): never {
  throw new TypeError();
}

function text(payload: unknown): string {
  return typeof payload === "string" ? payload : refuse();
}

function array(payload: unknown): readonly unknown[] {
  return Array.isArray(payload) ? payload : refuse();
}

function isPair(entry: unknown): boolean {
  return Array.isArray(entry) && entry.length === 2;
}

function toDate(payload: string): Date {
  const date = new Date(payload);
  return Number.isNaN(date.getTime()) ? refuse() : date;
}

function toRegExp(payload: string): RegExp {
  const end = payload.lastIndexOf("/");
  return payload[0] === "/" && end > 0
    ? new RegExp(payload.slice(1, end), payload.slice(end + 1))
    : refuse();
}

type BytesConstructor = new (buffer: ArrayBuffer) => unknown;

/** Only these names reach into the global object. */
const bytesType = /^(Big)?(Ui|I)nt\d+(Clamped)?Array$|^Float\d+Array$|^DataView$/;

function toBytes(base64: string, type: string): unknown {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  if (type === "ArrayBuffer") return bytes.buffer;
  // A browser has no Buffer, but Buffers are Uint8Arrays.
  const globals = globalThis as Readonly<Record<string, unknown>>;
  const { Buffer: node } = globals as { readonly Buffer?: { from(from: ArrayBuffer): unknown } };
  if (type === "Buffer") return node === undefined ? bytes : node.from(bytes.buffer);
  if (!bytesType.test(type)) refuse();
  // The name says that it is one of the typed arrays; where the platform lacks it, calling throws.
  return new (globals[type] as BytesConstructor)(bytes.buffer);
}

const errorType = /^(Eval|Range|Reference|Syntax|Type|URI)Error$/;

function toError(payload: unknown): Error {
  const fields = Object(payload) as Readonly<Record<string, unknown>>;
  if (!("name" in fields && "message" in fields)) refuse();
  // Either may be something else, where it threw or a limit cut it: then it is put in afterwards.
  const name = typeof fields.name === "string" ? fields.name : "Error";
  const message = typeof fields.message === "string" ? fields.message : "";
  const error =
    name === "AggregateError" ? new AggregateError([], message) : new (errorClass(name))(message);
  // Its own would tell where it was decoded.
  Object.defineProperty(error, "stack", { value: `${name}: ${message}`, configurable: true });
  return error;
}

function errorClass(name: string): ErrorConstructor {
  // Known: each name that the pattern lets through is one of the language's errors.
  const globals = globalThis as unknown as Readonly<Record<string, ErrorConstructor>>;
  return (errorType.test(name) && globals[name]) || Error;
}
