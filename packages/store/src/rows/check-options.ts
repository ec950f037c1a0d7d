import { RunwireError } from "@runwire/protocol";

/** What may be wrong with an option, or `undefined`. */
type Check = (value: unknown) => string | undefined;

/**
 * Checks what the types say already, for those who call from JavaScript: one mistyped option would be one that does
 * nothing.
 *
 * @throws RunwireError `invalid_options` that names the option, and what there is.
 */
export function checkOptions(
  factory: string,
  given: unknown,
  checks: Readonly<Record<string, Check>>,
): void {
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!Object.hasOwn(checks, name))
      throw invalid(
        `${name} is no option of ${factory}; it takes ${Object.keys(checks).join(", ")}`,
      );
    const complaint = value === undefined ? undefined : checks[name]?.(value);
    if (complaint !== undefined) throw invalid(`${name} must be ${complaint}`);
  }
}

const isFunction: Check = (value) => (typeof value === "function" ? undefined : "a function");

/** A number of at least `least`; `Infinity` where that is a bound. */
export const isAtLeast =
  (least: number): Check =>
  (value) =>
    typeof value === "number" && value >= least ? undefined : `a number of at least ${least}`;

export const isOneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.some((one) => one === value) ? undefined : values.map((one) => `"${one}"`).join(" or ");

/** Of the environment that every store has. */
export const environmentChecks = { clock: isFunction, random: isFunction } as const;

function invalid(message: string): RunwireError<"invalid_options"> {
  return new RunwireError("invalid_options", message);
}
