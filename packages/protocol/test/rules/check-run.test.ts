import { describe, expect, it } from "vitest";
import {
  checkRun,
  formatRunReport,
  type RunwireEvent,
  type UnknownEvent,
} from "../../src/index.js";

const runId = "r1";

function started(fields: object = {}): RunwireEvent {
  return { type: "agent_started", runId, time: 1, agent: { name: "a" }, ...fields };
}
function thinking(fields: object = {}): RunwireEvent {
  const event = { type: "agent_thinking", runId, time: 1, messageId: "m" } as const;
  return { ...event, kind: "output", delta: "x", ...fields };
}
function executing(fields: object = {}): RunwireEvent {
  const event = { type: "tool_executing", runId, time: 1, toolCallId: "t1" } as const;
  return { ...event, name: "grep", status: "running", ...fields };
}
function toolCompleted(fields: object = {}): RunwireEvent {
  return {
    type: "tool_completed",
    runId,
    time: 1,
    toolCallId: "t1",
    outcome: "success",
    ...fields,
  };
}
function completed(fields: object = {}): RunwireEvent {
  return { type: "agent_completed", runId, time: 1, outcome: "success", ...fields };
}

const whole = [started(), thinking(), executing(), executing(), toolCompleted(), completed()];

function problemsOf(...events: (RunwireEvent | UnknownEvent)[]) {
  return checkRun(events).problems.map(({ rule, severity, index }) => [rule, severity, index]);
}

describe("checkRun", () => {
  it("finds nothing in a whole run, and counts its events", () => {
    const custom: RunwireEvent = { type: "custom", time: 1, name: "n" };
    const unknown: UnknownEvent = { type: "agent_dreaming", time: 1, offset: 1 };
    expect(checkRun([custom, ...whole, unknown])).toEqual({
      isValid: true,
      counts: {
        agent_started: 1,
        agent_thinking: 1,
        tool_executing: 2,
        tool_completed: 1,
        agent_completed: 1,
        custom: 1,
      },
      unknownEvents: 1,
      runs: [{ runId, status: "success", events: 6, openTools: [] }],
      problems: [],
    });
  });

  it("finds a missing start, once for a run", () => {
    expect(problemsOf(thinking(), executing(), toolCompleted(), completed())).toEqual([
      ["missing_start", "error", 0],
    ]);
  });

  it("finds a missing end, after all else", () => {
    expect(problemsOf(started(), started(), thinking())).toEqual([
      ["out_of_order", "error", 1],
      ["missing_end", "error", undefined],
    ]);
  });

  it("finds every event after the end", () => {
    expect(problemsOf(...whole, thinking(), completed(), started())).toEqual([
      ["after_end", "error", 6],
      ["after_end", "error", 7],
      ["after_end", "error", 8],
    ]);
  });

  it("finds a tool's end without its beginning, and what comes after a tool's end", () => {
    expect(
      problemsOf(started(), toolCompleted(), toolCompleted(), executing(), completed()),
    ).toEqual([
      ["unpaired_tool", "error", 1],
      ["out_of_order", "error", 2],
      ["out_of_order", "error", 3],
    ]);
  });

  it("warns of a tool that was open when its run ended", () => {
    const report = checkRun([started(), executing(), completed({ outcome: "cancelled" })]);
    expect(report.isValid).toBe(true);
    expect(report.runs).toEqual([{ runId, status: "cancelled", events: 3, openTools: ["t1"] }]);
    expect(report.problems).toEqual([
      {
        rule: "unpaired_tool",
        severity: "warning",
        message: "tool call t1 of run r1 was open when the run ended, and counts as cancelled",
        runId,
      },
    ]);
  });

  it("keeps the tools of different runs apart", () => {
    const other = { runId: "r2" };
    const events = [started(), started(other), executing(), toolCompleted(other)];
    expect(problemsOf(...events, toolCompleted(), completed(), completed(other))).toEqual([
      ["unpaired_tool", "error", 3],
    ]);
  });

  it("lets a run have a parent that goes on, warns of one out of sight, and finds one that ended", () => {
    const child = { runId: "r2", parentRunId: runId };
    const ended = completed({ runId: "r2" });
    expect(problemsOf(started(), started(child), ended, completed())).toEqual([]);
    expect(problemsOf(started(child), ended)).toEqual([["unknown_run", "warning", 0]]);
    expect(problemsOf(started(), completed(), started(child), ended)).toEqual([
      ["out_of_order", "error", 2],
    ]);
  });

  it("finds offsets that do not rise", () => {
    const events = [started(), thinking(), completed()];
    const at = (...offsets: number[]) =>
      problemsOf(...events.map((event, place) => ({ ...event, offset: offsets[place] ?? 0 })));
    expect(at(1, 5, 6)).toEqual([]);
    expect(at(1, 7, 6)).toEqual([["out_of_order", "error", 2]]);
    expect(at(1, 1, 2)).toEqual([["out_of_order", "error", 1]]);
  });

  it("takes ids that objects inherit for ids", () => {
    const names = { runId: "__proto__", toolCallId: "constructor" };
    const events = [started, executing, toolCompleted, completed].map((make) => make(names));
    expect(problemsOf(...events)).toEqual([]);
  });
});

describe("formatRunReport", () => {
  it("says that all is well, with the counts of the event types", () => {
    expect(formatRunReport(checkRun(whole))).toBe(
      [
        "run check: ok",
        "  agent_started 1 · agent_thinking 1 · tool_executing 2 · tool_completed 1 · agent_completed 1 · custom 0",
        "  run r1: success, 6 events",
      ].join("\n"),
    );
  });

  it("names each problem with its place", () => {
    const unknown: UnknownEvent = { type: "agent_dreaming", time: 1, offset: 9 };
    const child = started({ runId: "r2", parentRunId: "r0", offset: 3 });
    expect(formatRunReport(checkRun([thinking(), executing(), child, unknown]))).toBe(
      [
        "run check: 3 errors, 1 warning",
        "  agent_started 1 · agent_thinking 1 · tool_executing 1 · tool_completed 0 · agent_completed 0 · custom 0 · unknown 1",
        "  run r1: running, 2 events, 1 open tool",
        "  run r2: running, 1 event",
        "  error missing_start at event 0: run r1 never started; publish its agent_started first",
        "  warning unknown_run at offset 3: run r2 names a parent that is not among these events: r0",
        "  error missing_end: run r1 has no agent_completed",
        "  error missing_end: run r2 has no agent_completed",
      ].join("\n"),
    );
  });

  it("stays short, whatever goes wrong", () => {
    const report = checkRun([...whole, ...Array.from({ length: 500 }, () => thinking())]);
    const lines = formatRunReport(report).split("\n");
    expect(lines).toHaveLength(24);
    expect(lines.at(-1)).toBe("  … and 480 more");
  });

  it("prints no control character", () => {
    const text = formatRunReport(checkRun([started({ runId: "\u001b[31m\nr" })]));
    expect(text).toContain("run \\u001b[31m\\u000ar: running");
    expect(/[^\P{Cc}\n]/u.test(text)).toBe(false);
  });
});
