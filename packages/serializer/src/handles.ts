import { type EnumNames, readyStateNames } from "./names.js";

/**
 * Live handles of the platform: their own data is internals without end, what a person wants to see
 * are a few getters of their prototype.
 */
interface Handle {
  readonly is: (value: Candidate) => boolean;
  readonly fields: readonly string[];
  readonly names: EnumNames;
  /** Fields that a method gives. */
  readonly computed?: (value: Candidate) => Candidate;
}

/** What to write in place of a live handle: these fields of `source`. */
interface Summary {
  readonly source: object;
  readonly fields: readonly string[];
  readonly names: EnumNames;
}

/** Any object, looked at with care: all that may be there is unknown. */
type Candidate = Readonly<Record<string, unknown>>;

const noNames: EnumNames = {};

/** Each begins with a look at one member by its name, which tells most other objects at once. */
const handles: readonly Handle[] = [
  {
    is: (value) => value.OPEN === 1 && value.CLOSED === 3 && hasMethods(value, "send", "close"),
    fields: ["url", "readyState", "protocol", "extensions", "binaryType", "bufferedAmount"],
    names: { readyState: readyStateNames },
  },
  {
    is: (value) => typeof value.httpVersion === "string" && isObject(value.headers),
    fields: ["httpVersion", "method", "url", "statusCode", "statusMessage", "headers", "complete"],
    names: noNames,
  },
  {
    // What http sends. Its own data holds the head once more, as one text that no redaction reaches into.
    is: (value) => isMethod(value.getHeaders) && hasMethods(value, "setHeader", "flushHeaders"),
    fields: [
      "method",
      "protocol",
      "host",
      "path",
      "statusCode",
      "statusMessage",
      "headers",
      "headersSent",
    ],
    names: noNames,
    computed: (value) => ({ headers: call(value, "getHeaders") }),
  },
  {
    is: (value) => typeof value.bytesRead === "number" && hasMethods(value, "setNoDelay", "write"),
    fields: [
      "remoteAddress",
      "remotePort",
      "localAddress",
      "localPort",
      "readyState",
      "bytesRead",
      "bytesWritten",
      "destroyed",
    ],
    names: noNames,
  },
];

/** What to write of a live handle, with its enums named; `undefined` for any other object. */
export function summariseHandle(value: object): Summary | undefined {
  // Reading a property of an object is safe to type so; a getter that throws is the caller's to catch.
  const candidate = value as Candidate;
  const handle = handles.find((one) => is(one, candidate));
  if (handle === undefined) return undefined;
  const source = handle.computed ? pick(candidate, handle) : candidate;
  const fields = handle.fields.filter((field) => isThere(source[field]));
  return { source, fields, names: handle.names };
}

function pick(value: Candidate, { fields, computed }: Handle): Candidate {
  return {
    ...Object.fromEntries(fields.map((field) => [field, value[field]])),
    ...computed?.(value),
  };
}

function call(value: Candidate, name: string): unknown {
  const method = value[name];
  return typeof method === "function" ? method.call(value) : undefined;
}

function is(handle: Handle, candidate: Candidate): boolean {
  try {
    return handle.is(candidate);
  } catch {
    // A getter of the same name, on something else.
    return false;
  }
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function hasMethods(value: Candidate, ...names: readonly string[]): boolean {
  return names.every((name) => isMethod(value[name]));
}

function isMethod(value: unknown): boolean {
  return typeof value === "function";
}
