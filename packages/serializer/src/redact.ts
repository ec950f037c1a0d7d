/**
 * What to hide, at any depth:
 *
 * - `"authorization"`: every member of that name, in any letter case;
 * - `/key$/i`: every member whose name matches;
 * - `"headers.authorization"`: a path, dotted, matched against the end of the member's own path, in
 *   any letter case; `*` stands for any one step, so `"users.*.email"` and `"tokens.*"` reach into
 *   arrays.
 *
 * The keys of a Map and the fields of an Error count like the members of an object.
 *
 * @example
 * encode(request, { redact: ["authorization", "user.email", /(secret|key)$/i] });
 */
export type Redaction = string | RegExp;

/** One step of a value's path; `undefined` where the step belongs to a tag, not to the value. */
export type PathStep = string | number | undefined;

/** Decides what is hidden. */
export interface Redactor {
  /** Whether a member of this name may be hidden: `false` is certain. */
  readonly suspects: (key: string) => boolean;
  /** Whether elements of arrays may be hidden. */
  readonly reachesElements: boolean;
  /** Whether the value at the first `length` steps of this path is hidden. */
  readonly hides: (path: readonly PathStep[], length: number) => boolean;
}

type Pattern = readonly string[];

/** Compiles the patterns once; `undefined` where there are none. */
export function createRedactor(redact: readonly Redaction[]): Redactor | undefined {
  if (redact.length === 0) return undefined;
  const names = redact.filter((one) => typeof one === "string").map((one) => one.toLowerCase());
  const patterns = names.filter((name) => name.includes(".")).map((name) => name.split("."));
  const expressions = redact.filter((one) => one instanceof RegExp).map(withoutPosition);
  const isNamed = remember(
    (key) => names.includes(key.toLowerCase()) || expressions.some((one) => one.test(key)),
  );
  const lastSteps = patterns.map((pattern) => pattern.at(-1) ?? "");
  const isLastStep = remember((key) => lastSteps.some((step) => matchesStep(step, key)));
  return {
    suspects: (key) => isNamed(key) || isLastStep(key),
    reachesElements: lastSteps.some((step) => /^(\*|\d+)$/.test(step)),
    hides: (path, length) => {
      const key = path[length - 1];
      if (key === undefined) return false;
      if (typeof key === "string" && isNamed(key)) return true;
      return isLastStep(String(key)) && endsWithAny(path.slice(0, length), patterns);
    },
  };
}

/** `g` and `y` make `test` remember where it stopped: the same key would match only sometimes. */
function withoutPosition(expression: RegExp): RegExp {
  return new RegExp(expression.source, expression.flags.replaceAll(/[gy]/g, ""));
}

function endsWithAny(path: readonly PathStep[], patterns: readonly Pattern[]): boolean {
  const steps = path.filter((step) => step !== undefined).map(String);
  return patterns.some((pattern) => endsWith(steps, pattern));
}

function endsWith(steps: readonly string[], pattern: Pattern): boolean {
  const start = steps.length - pattern.length;
  return (
    start >= 0 && pattern.every((step, index) => matchesStep(step, steps[start + index] ?? ""))
  );
}

function matchesStep(step: string, key: string): boolean {
  return step === "*" || step === key.toLowerCase();
}

const mostRemembered = 1_000;

/** Events repeat their few keys: the patterns are asked once for each. */
function remember(decide: (key: string) => boolean): (key: string) => boolean {
  const known = new Map<string, boolean>();
  return (key) => {
    const answer = known.get(key);
    if (answer !== undefined) return answer;
    const decided = decide(key);
    if (known.size < mostRemembered) known.set(key, decided);
    return decided;
  };
}
