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
  readonly names: EnumNames;
  /** Whether a member of this name may be written otherwise than as it is; absent: none is. */
  readonly suspects: ((key: string) => boolean) | undefined;
}

const noNames: EnumNames = {};

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

function createSettings({ limits, redact = [], names = noNames }: EncodeOptions): Settings {
  const redactor = redact.length === 0 ? undefined : createRedactor(redact.map(checkRedaction));
  return { limits: resolveLimits(limits), redactor, names, suspects: suspecting(redactor, names) };
}

function checkRedaction(one: Redaction): Redaction {
  if (typeof one === "string" || one instanceof RegExp) return one;
  throw new RunwireError("invalid_options", "redact takes strings and regular expressions");
}

function suspecting(redactor: Redactor | undefined, names: EnumNames) {
  const isNamed = (key: string) => Object.hasOwn(names, key);
  if (redactor !== undefined) return (key: string) => redactor.suspects(key) || isNamed(key);
  return Object.keys(names).length > 0 ? isNamed : undefined;
}
