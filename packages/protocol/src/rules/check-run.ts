import { isKnownEvent, type RunwireEvent, type UnknownEvent } from "../wire/events.js";
import { checkLifecycle, type LifecycleViolation } from "./lifecycle.js";
import type { RunProblem, RunReport, RunRule } from "./run-report.js";
import { factsOf, follow, openToolsOf, type SeenRun, type SeenRuns } from "./seen-runs.js";

/** The check on its way through the events. */
interface Check {
  readonly runs: SeenRuns;
  readonly problems: RunProblem[];
  readonly counts: { [Type in RunwireEvent["type"]]: number };
  unknownEvents: number;
  lastOffset: number;
}

/** An event at its place. */
interface Seen {
  readonly event: RunwireEvent | UnknownEvent;
  readonly index: number;
}

/**
 * Checks that events, of one run or of a whole channel, keep the rules of a run's life (`PROTOCOL.md` § 2).
 *
 * Takes them in the order of the log, with or without offsets, as they were written or merged. A history
 * that is cut off says so: its runs have a `missing_start` or a `missing_end`.
 *
 * @example
 * const report = checkRun(page.events);
 * if (!report.isValid) throw new Error(formatRunReport(report));
 */
export function checkRun(events: readonly (RunwireEvent | UnknownEvent)[]): RunReport {
  const check = createCheck();
  for (const [index, event] of events.entries()) {
    checkOffset(check, { event, index });
    if (isKnownEvent(event)) checkEvent(check, event, index);
    else check.unknownEvents++;
  }
  for (const run of check.runs.values()) checkEnd(check, run);
  return toReport(check);
}

function createCheck(): Check {
  const counts = {
    agent_started: 0,
    agent_thinking: 0,
    tool_executing: 0,
    tool_completed: 0,
    agent_completed: 0,
    custom: 0,
  };
  return { runs: new Map(), problems: [], counts, unknownEvents: 0, lastOffset: 0 };
}

function checkEvent(check: Check, event: RunwireEvent, index: number): void {
  check.counts[event.type]++;
  if (event.runId === undefined) return;
  const violation = checkLifecycle(factsOf(check.runs, event), event);
  if (violation)
    report(check, { event, index }, toRule(check, violation, event), violation.message);
  else if (event.type === "agent_started") checkParent(check, { event, index }, event.parentRunId);
  follow(check.runs, event, event.runId);
}

function toRule(check: Check, { code }: LifecycleViolation, event: RunwireEvent): RunRule {
  if (code === "run_completed") return "after_end";
  if (code === "run_not_found") return "missing_start";
  const isUnpaired =
    event.type === "tool_completed" && factsOf(check.runs, event).tool === undefined;
  return isUnpaired ? "unpaired_tool" : "out_of_order";
}

function checkParent(check: Check, seen: Seen, parentRunId: string | undefined): void {
  if (parentRunId === undefined || check.runs.has(parentRunId)) return;
  const message = `run ${seen.event.runId} names a parent that is not among these events: ${parentRunId}`;
  report(check, seen, "unknown_run", message, "warning");
}

function checkOffset(check: Check, { event, index }: Seen): void {
  if (!("offset" in event) || typeof event.offset !== "number") return;
  if (event.offset > check.lastOffset) check.lastOffset = event.offset;
  else {
    const message = `offset ${event.offset} comes after offset ${check.lastOffset}`;
    report(check, { event, index }, "out_of_order", message);
  }
}

function checkEnd({ problems }: Check, run: SeenRun): void {
  const { runId } = run;
  if (run.status === "running")
    problems.push({
      rule: "missing_end",
      severity: "error",
      message: `run ${runId} has no agent_completed`,
      runId,
    });
  else
    for (const toolCallId of openToolsOf(run))
      problems.push({
        rule: "unpaired_tool",
        severity: "warning",
        message: `tool call ${toolCallId} of run ${runId} was open when the run ended, and counts as cancelled`,
        runId,
      });
}

function report(
  { problems }: Check,
  { event, index }: Seen,
  rule: RunRule,
  message: string,
  severity: RunProblem["severity"] = "error",
): void {
  const offset = "offset" in event && typeof event.offset === "number" ? event.offset : undefined;
  problems.push({
    rule,
    severity,
    message,
    ...(event.runId !== undefined && { runId: event.runId }),
    index,
    ...(offset !== undefined && { offset }),
  });
}

function toReport({ runs, problems, counts, unknownEvents }: Check): RunReport {
  return {
    isValid: problems.every((problem) => problem.severity === "warning"),
    counts,
    unknownEvents,
    runs: [...runs.values()].map((run) => ({
      runId: run.runId,
      status: run.status,
      events: run.events,
      openTools: openToolsOf(run),
    })),
    problems,
  };
}
