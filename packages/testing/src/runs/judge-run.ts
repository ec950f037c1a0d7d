import { inspect } from "node:util";
import {
  checkRun,
  emptyChannelState,
  formatRunReport,
  isKnownEvent,
  type RunOutcome,
  type RunwireEvent,
  reduceChannel,
  type ToolOutcome,
  type ToolPart,
  type UnknownEvent,
} from "@runwire/protocol";

/** Events to judge: as `captureRun`, `readChannel` or a client gives them, or a writer makes them. */
export type JudgedEvents = readonly (RunwireEvent | UnknownEvent)[];

/** What a complete run must have ended with. */
export interface CompleteRunExpectation {
  /** Of every run without a parent. @default any */
  readonly outcome?: RunOutcome;
}

/** What a tool call must have been. What is absent may be anything. */
export interface ToolCallExpectation {
  readonly input?: unknown;
  readonly output?: unknown;
  readonly outcome?: ToolOutcome;
}

/** What was found, and how to say so. */
export interface Verdict {
  readonly pass: boolean;
  /** Why not; where `pass`, why not the opposite. */
  message(): string;
}

/** How two values are compared. */
export type Equals = (one: unknown, other: unknown) => boolean;

/** Whether there is a run, every rule of a run's life is kept, and every run has its end. */
export function judgeCompleteRun(
  events: JudgedEvents,
  { outcome }: CompleteRunExpectation = {},
): Verdict {
  const report = checkRun(events);
  const found = toState(events);
  const wrong = found.order
    .flatMap((runId) => found.runs[runId] ?? [])
    .filter((run) => run.parentRunId === undefined && outcome !== undefined)
    .filter((run) => run.status !== outcome)
    .map((run) => `run ${run.runId} ended with ${run.status}, not with ${outcome}`);
  const pass = report.isValid && report.runs.length > 0 && wrong.length === 0;
  const expected = `complete run${outcome === undefined ? "" : ` with the outcome ${outcome}`}`;
  return {
    pass,
    message: () =>
      [`expected ${pass ? "no" : "a"} ${expected}`, ...wrong, formatRunReport(report)].join("\n"),
  };
}

/** Whether a tool was called as expected, in any of the runs. */
export function judgeToolCall(
  events: JudgedEvents,
  name: string,
  expected: ToolCallExpectation,
  equals: Equals,
): Verdict {
  const calls = toolCalls(events);
  const pass = calls.some((call) => call.name === name && isAsExpected(call, expected, equals));
  return {
    pass,
    message: () =>
      [
        `expected ${pass ? "no" : "a"} call of the tool ${name}${describe(expected)}`,
        ...(calls.length > 0 ? calls.map(toCallLine) : ["no tool was called"]),
        formatRunReport(checkRun(events)),
      ].join("\n"),
  };
}

function isAsExpected(call: ToolPart, expected: ToolCallExpectation, equals: Equals): boolean {
  if (expected.outcome !== undefined && call.status !== expected.outcome) return false;
  if ("input" in expected && !equals(call.input, expected.input)) return false;
  return !("output" in expected) || equals(call.output, expected.output);
}

function toState(events: JudgedEvents) {
  // The fold looks at no offset; events that a writer has made have none yet.
  const logged = events.map((event, index) => ({ ...event, offset: index + 1 }));
  return reduceChannel(emptyChannelState, logged.filter(isKnownEvent));
}

function toolCalls(events: JudgedEvents): ToolPart[] {
  const { order, runs } = toState(events);
  return order
    .flatMap((runId) => runs[runId]?.parts ?? [])
    .filter((part): part is ToolPart => part.type === "tool");
}

/** What of a value is shown: enough to see what differs. */
const shown = { depth: 4, breakLength: Infinity, maxArrayLength: 20, maxStringLength: 200 };

function describe(expected: ToolCallExpectation): string {
  const parts = Object.entries(expected).map(([name, value]) => `${name} ${inspect(value, shown)}`);
  return parts.length > 0 ? ` with ${parts.join(", ")}` : "";
}

function toCallLine({ name, status, input, output, error }: ToolPart): string {
  const values = Object.entries({ input, output, error }).filter(
    ([, value]) => value !== undefined,
  );
  const parts = values.map(([key, value]) => `, ${key} ${inspect(value, shown)}`);
  return `  there is ${name}: ${status}${parts.join("")}`;
}
