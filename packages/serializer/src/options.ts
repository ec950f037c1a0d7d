import { RunwireError } from "./errors.js";
import { type EncodeLimits, resolveLimits } from "./limits.js";
import type { EnumNames } from "./names.js";
import { createRedactor, type Redaction, type Redactor } from "./redact.js";

/**
 * How `encode` writes a value.
 *
 * The object is read once and remembered: make it once, pass it to every call, do not change it.
 *
 * @example
 * const options: EncodeOptions = { redact: ["authorization"], limits: { maxBytes: 262_144 } };
 * encode(request, options);
 */
export interface EncodeOptions {
  /** Bounds of the text. @default {@link defaultLimits} */
  readonly limits?: Partial<EncodeLimits>;
  /** What to replace by `"[redacted]"` before it is written. @default [] */
  readonly redact?: readonly Redaction[];
  /** Names for bare enum values. The states of WebSockets are known without it. @default {} */
  readonly names?: EnumNames;
}

/** Options with everything decided. */
export interface Settings {
  readonly limits: EncodeLimits;
  readonly redactor: Redactor | undefined;
  readonly names: EnumNames | undefined;
  /** Whether a member of this name may be written otherwise than as it is; absent: none is. */
  readonly suspects: ((key: string) => boolean) | undefined;
}

let defaultSettings: Settings | undefined;
const known = new WeakMap<EncodeOptions, Settings>();

/**
 * Resolves options, once for each options object.
 * @throws RunwireError `invalid_options`
 */
export function resolveOptions(options: EncodeOptions | undefined): Settings {
  if (options === undefined) {
    defaultSettings ??= createSettings({});
    return defaultSettings;
  }
  const before = known.get(options);
  if (before !== undefined) return before;
  const settings = createSettings(options);
  known.set(options, settings);
  return settings;
}

function createSettings({ limits, redact = [], names }: EncodeOptions): Settings {
  const redactor = createRedactor(checkRedactions(redact));
  return {
    limits: resolveLimits(limits),
    redactor,
    names: checkNames(names),
    suspects: suspecting(redactor, names),
  };
}

function checkRedactions(redact: readonly Redaction[]): readonly Redaction[] {
  const isRedaction = (one: unknown) => typeof one === "string" || one instanceof RegExp;
  if (Array.isArray(redact) && redact.every(isRedaction)) return redact;
  throw new RunwireError(
    "invalid_options",
    "redact takes a list of strings and regular expressions",
  );
}

function checkNames(names: EnumNames | undefined): EnumNames | undefined {
  const isTable = (one: unknown) => typeof one === "object" && one !== null;
  if (names === undefined || (isTable(names) && Object.values(names).every(isTable))) return names;
  throw new RunwireError(
    "invalid_options",
    'names takes lists of names by key, like { readyState: ["CONNECTING", "OPEN"] }',
  );
}

function suspecting(redactor: Redactor | undefined, names: EnumNames | undefined) {
  if (names === undefined) return redactor?.suspects;
  const isNamed = (key: string) => Object.hasOwn(names, key);
  return redactor === undefined ? isNamed : (key: string) => redactor.suspects(key) || isNamed(key);
}
