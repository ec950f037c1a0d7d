import { RunwireError } from "@runwire/protocol";

/**
 * How much of a channel's log is kept. What passes any of the three goes: whole runs that have ended with all their
 * descendants, the oldest first. A run that goes on stays, with everything after its start; so does the newest root
 * run, and of the channel's own events the latest of each name and key.
 */
export interface RetentionPolicy {
  /** How long after its last event a run is kept, by the store's clock, milliseconds. @default for ever */
  readonly maxAgeMs?: number;
  /** Events from the oldest kept run on. @default any number */
  readonly maxEvents?: number;
  /** Bytes of the texts of these events, UTF-8. @default any number */
  readonly maxBytes?: number;
}

/** One policy for all channels, or each channel's own; `undefined` keeps everything. */
export type RetentionOption = RetentionPolicy | ((channel: string) => RetentionPolicy | undefined);

/** What holds for a channel. @throws what the application's function throws, or RunwireError `invalid_options` */
export type RetentionOf = (channel: string) => RetentionPolicy | undefined;

/**
 * Makes one function of the option; `undefined` where nothing is ever trimmed.
 *
 * @throws RunwireError `invalid_options` where a bound is none
 */
export function resolveRetention(option: RetentionOption | undefined): RetentionOf | undefined {
  if (option === undefined) return undefined;
  if (typeof option !== "function") {
    const policy = checkPolicy(option);
    return () => policy;
  }
  return (channel) => checkPolicy(option(channel));
}

const bounds: ReadonlySet<string> = new Set<keyof RetentionPolicy>([
  "maxAgeMs",
  "maxEvents",
  "maxBytes",
]);

/** A bound that is mistyped would be none, or one that takes everything. */
function checkPolicy(policy: RetentionPolicy | undefined): RetentionPolicy | undefined {
  for (const [name, value] of Object.entries(policy ?? {})) {
    if (!bounds.has(name)) throw invalid(`retention.${name} is no option`);
    if (value !== undefined && !(typeof value === "number" && value > 0))
      throw invalid(`retention.${name} must be a number and more than 0`);
  }
  return policy;
}

function invalid(message: string): RunwireError<"invalid_options"> {
  return new RunwireError("invalid_options", message);
}
