import { eventTypes } from "../wire/events.js";
import type { CheckedRun, RunProblem, RunReport } from "./run-report.js";

/** More of one kind say nothing new on a terminal; the report itself holds them all. */
const maxLines = 20;

/**
 * Writes a report for people: the verdict, how many events there are of each type, the runs, the problems.
 * No line ends in the last; ids are printed without control characters.
 *
 * @example
 * process.stdout.write(`${formatRunReport(checkRun(events))}\n`);
 */
export function formatRunReport(report: RunReport): string {
  const lines = [
    toVerdict(report),
    toCounts(report),
    ...atMost(report.runs, toRunLine),
    ...atMost(report.problems, toProblemLine),
  ];
  return lines.map(toPrintable).join("\n");
}

function toVerdict({ isValid, problems }: RunReport): string {
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const warnings = problems.length - errors;
  const verdict = isValid ? "ok" : toCount(errors, "error");
  return `run check: ${verdict}${warnings > 0 ? `, ${toCount(warnings, "warning")}` : ""}`;
}

function toCounts({ counts, unknownEvents }: RunReport): string {
  const parts = eventTypes.map((type) => `${type} ${counts[type]}`);
  return `  ${[...parts, ...(unknownEvents > 0 ? [`unknown ${unknownEvents}`] : [])].join(" · ")}`;
}

function toRunLine({ runId, status, events, openTools }: CheckedRun): string {
  const open = openTools.length > 0 ? `, ${toCount(openTools.length, "open tool")}` : "";
  return `  run ${runId}: ${status}, ${toCount(events, "event")}${open}`;
}

function toProblemLine({ severity, rule, message, index, offset }: RunProblem): string {
  const place = offset === undefined ? index !== undefined && `event ${index}` : `offset ${offset}`;
  return `  ${severity} ${rule}${place ? ` at ${place}` : ""}: ${message}`;
}

function toCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function atMost<Item>(items: readonly Item[], toLine: (item: Item) => string): string[] {
  const lines = items.slice(0, maxLines).map(toLine);
  const left = items.length - lines.length;
  return left > 0 ? [...lines, `  … and ${left} more`] : lines;
}

/** A terminal obeys control characters, and an id may come from anybody. */
function toPrintable(line: string): string {
  return line.replace(/\p{Cc}/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
