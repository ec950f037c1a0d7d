import { RunwireError } from "@runwire/protocol";
import type { Rate, ServerLimits } from "./limits.js";

interface AccessOptions {
  readonly store?: unknown;
  readonly access?: unknown;
  readonly authenticate?: unknown;
  readonly authorize?: unknown;
}

/** What the types say already, for those who call from JavaScript. */
export function checkAccess({ store, access, authenticate, authorize }: AccessOptions): void {
  if (!store) throw invalid("store is missing; pass one, createMemoryStore() for example");
  if (access !== undefined && access !== "open-to-everyone")
    throw invalid('access takes only "open-to-everyone"');
  if (access !== undefined && authorize !== undefined)
    throw invalid('access: "open-to-everyone" and authorize exclude each other; drop one');
  if (access === undefined && !(authenticate && authorize))
    throw invalid(
      "nobody has said who may use this server: pass authenticate and authorize, " +
        'or spell out access: "open-to-everyone"',
    );
}

/** What may be nothing at all; every other number is a bound or a length that must be there. */
const mayBeZero: ReadonlySet<string> = new Set([
  "windowMs",
  "minWindowMs",
  "cacheBytes",
  "intervalMs",
  "spreadMs",
  "graceMs",
]);

/** What is a rate; every other option is a number. */
const rates: ReadonlySet<string> = new Set([
  "messageRate",
  "subscribeRate",
  "connectRatePerAddress",
]);

/** The defaults with what is given in their place. */
export function resolveGroup<Group extends object>(
  name: string,
  defaults: Group,
  given: Partial<Group> | undefined,
): Group {
  const entries = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  const known = new Map<string, unknown>(Object.entries(defaults));
  for (const [key, value] of entries) {
    if (!known.has(key)) throw invalid(`${name}.${key} is no option`);
    if (rates.has(key)) checkRate(`${name}.${key}`, value);
    else checkNumber(`${name}.${key}`, key, value);
  }
  return { ...defaults, ...Object.fromEntries(entries) };
}

/** How long the largest message may leave a socket unread, seconds: its peer takes it for dead after 60. */
const longestRest = 20;

/** @throws RunwireError `invalid_options` when limits exclude each other */
export function checkLimits({ publishBytesPerSecond, maxMessageBytes }: ServerLimits): void {
  const least = Math.ceil(maxMessageBytes / longestRest);
  if (publishBytesPerSecond !== undefined && publishBytesPerSecond < least)
    throw invalid(
      `limits.publishBytesPerSecond must be at least ${least}, a ${longestRest}th of limits.maxMessageBytes`,
    );
}

function checkNumber(path: string, key: string, value: unknown): void {
  if (typeof value !== "number" || !(value >= 0))
    throw invalid(`${path} must be a number of at least 0`);
  if (value === 0 && !(mayBeZero.has(key) && path !== "heartbeat.intervalMs"))
    throw invalid(`${path} must be more than 0`);
}

function checkRate(path: string, value: unknown): void {
  const rate = Object(value) as Partial<Record<keyof Rate, unknown>>;
  for (const key of ["perSecond", "burst"] as const) {
    const number = rate[key];
    if (typeof number !== "number" || !(number > 0))
      throw invalid(`${path}.${key} must be a number and more than 0`);
  }
}

function invalid(message: string): RunwireError {
  return new RunwireError("invalid_options", message);
}
