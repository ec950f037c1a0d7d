import type * as z from "zod";

type Issue = z.core.$ZodIssue;

/**
 * Says in one short sentence where a value breaks which rule; never holds the value itself.
 *
 * @example
 * describeSchemaError(runwireEventSchema.safeParse(event).error); // "progress.fraction must be a number from 0 to 1"
 */
export function describeSchemaError(error: z.core.$ZodError): string {
  const issue = error.issues[0];
  return issue ? describeIssue(issue, []) : "the value is not valid";
}

function describeIssue(issue: Issue, before: readonly PropertyKey[]): string {
  const path = [...before, ...issue.path];
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const inner = closest(issue.errors);
    if (inner) return describeIssue(inner, path);
  }
  return `${formatPath(path)} ${ruleOf(issue)}`;
}

/** Of the ways in which a value could have been right, the one that fits its `type`, or comes furthest. */
function closest(branches: readonly (readonly Issue[])[]): Issue | undefined {
  const fitting = branches.filter((issues) => issues.every((issue) => issue.path[0] !== "type"));
  const firsts = (fitting.length > 0 ? fitting : branches).map((issues) => issues[0]);
  return firsts.reduce((best, issue) =>
    (issue?.path.length ?? 0) > (best?.path.length ?? 0) ? issue : best,
  );
}

function ruleOf(issue: Issue): string {
  switch (issue.code) {
    case "custom":
      return issue.message;
    case "invalid_type":
      return issue.expected === "nonoptional" ? "is missing" : `must be of type ${issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.join(", ")}`;
    case "too_small":
      return `must hold at least ${issue.minimum}`;
    case "too_big":
      return `must hold at most ${issue.maximum}`;
    case "invalid_union":
      return "must be a known type";
    case "invalid_key":
      return "holds a key that is not valid";
    default:
      return "is not valid";
  }
}

/** `events[3].progress.fraction`. Keys of an application's own are cut, and kept in one line. */
function formatPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "the value";
  return path.map(formatStep).join("").replace(/^\./, "");
}

function formatStep(step: PropertyKey): string {
  if (typeof step === "number") return `[${step}]`;
  const key = String(step);
  return /^[\w:/@+-]{1,64}$/.test(key) ? `.${key}` : `[${JSON.stringify(key.slice(0, 64))}]`;
}
