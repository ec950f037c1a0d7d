import { describe, expect, it } from "vitest";
import { checkLifecycle, type LifecycleFacts, type RunwireEvent } from "../../src/index.js";

const run = { runId: "r1", time: 1 };
const events = {
  start: { type: "agent_started", ...run, agent: { name: "a" }, parentRunId: "r0" },
  think: { type: "agent_thinking", ...run, messageId: "m", kind: "output", delta: "" },
  execute: { type: "tool_executing", ...run, toolCallId: "t", name: "n", status: "running" },
  complete: { type: "tool_completed", ...run, toolCallId: "t", outcome: "success" },
  end: { type: "agent_completed", ...run, outcome: "success" },
  custom: { type: "custom", ...run, name: "n" },
  channel: { type: "custom", time: 1, name: "n" },
} as const satisfies Record<string, RunwireEvent>;
type Name = keyof typeof events;

const names = Object.keys(events).filter((name): name is Name => name in events);

function codes(facts: LifecycleFacts): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => [name, checkLifecycle(facts, events[name])?.code ?? "may come"]),
  );
}

describe("checkLifecycle", () => {
  it("lets only a start come first", () => {
    expect(codes({ run: "absent" })).toEqual({
      start: "may come",
      think: "run_not_found",
      execute: "run_not_found",
      complete: "run_not_found",
      end: "run_not_found",
      custom: "run_not_found",
      channel: "may come",
    });
  });

  it("lets all but a start and an unpaired end come while the run goes on", () => {
    const running = {
      start: "lifecycle_violation",
      think: "may come",
      execute: "may come",
      complete: "lifecycle_violation",
      end: "may come",
      custom: "may come",
      channel: "may come",
    };
    expect(codes({ run: "running" })).toEqual(running);
    expect(codes({ run: "running", tool: "open" })).toEqual({ ...running, complete: "may come" });
    expect(codes({ run: "running", tool: "completed" })).toEqual({
      ...running,
      execute: "lifecycle_violation",
    });
  });

  it("lets nothing of the run come after its end, whatever else is wrong", () => {
    const { channel, ...ofRun } = codes({ run: "completed", tool: "open", parent: "absent" });
    expect(channel).toBe("may come");
    expect(new Set(Object.values(ofRun))).toEqual(new Set(["run_completed"]));
  });

  it("lets a run start under a parent only while the parent itself has not ended", () => {
    const start = (parent: LifecycleFacts["parent"]) =>
      checkLifecycle({ run: "absent", parent }, events.start);
    expect(start("running")).toBeUndefined();
    expect(start("absent")).toEqual({
      code: "lifecycle_violation",
      message: "run r1 names a parent that never started: r0",
    });
    expect(start("completed")).toEqual({
      code: "lifecycle_violation",
      message: "run r1 names a parent that has ended: r0",
    });
  });
});
