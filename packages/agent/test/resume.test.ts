import type { RunwireEvent } from "@runwire/protocol";
import { FakeClock } from "@runwire/testing";
import { describe, expect, it } from "vitest";
import { resumeRun } from "../src/index.js";
import { MemoryTarget } from "./support/memory-target.js";

const time = 1_700_000_000_000;
const common = { runId: "run", time };

/** What a worker that died has left. */
const left: readonly RunwireEvent[] = [
  {
    ...common,
    type: "agent_started",
    agent: { name: "a" },
    leaseMs: 9_000,
    input: { at: { $date: "1970-01-01T00:00:00.000Z" } },
  },
  { ...common, type: "agent_thinking", messageId: "m1", kind: "output", delta: "before " },
  { ...common, type: "tool_executing", toolCallId: "t1", name: "done", status: "running" },
  {
    ...common,
    type: "tool_completed",
    toolCallId: "t1",
    outcome: "success",
    output: { $set: [1] },
  },
  { ...common, type: "tool_executing", toolCallId: "t2", name: "open", status: "running" },
  {
    ...common,
    type: "tool_executing",
    toolCallId: "t3",
    name: "asks",
    status: "awaiting_approval",
  },
  { ...common, type: "tool_executing", toolCallId: "t3", name: "asks", status: "running" },
];

function prepare(...events: readonly RunwireEvent[]) {
  const target = new MemoryTarget();
  target.appendAs("dead writer", ...left, ...events);
  const options = { channel: "test", runId: "run", clock: new FakeClock() };
  return { target, options };
}

describe("resumeRun", () => {
  it("shows what was done and what is open, with its values decoded", async () => {
    const { target, options } = prepare();
    const run = await resumeRun(target, options);
    expect(run.state).toMatchObject({
      status: "running",
      input: { at: new Date(0) },
      parts: [
        { type: "message", text: "before " },
        { toolCallId: "t1", status: "success", output: new Set([1]) },
        { toolCallId: "t2", status: "running" },
        { toolCallId: "t3", status: "running" },
      ],
    });
  });

  it("goes on under new message and tool call ids, without a second start", async () => {
    const { target, options } = prepare();
    const run = await resumeRun(target, options);
    run.say("after");
    await run.failTool(
      "t2",
      Object.assign(new Error("the worker stopped"), { name: "Interrupted" }),
    );
    await run.tool("again", {}, () => {});
    await run.complete();
    expect(target.of("agent_started")).toHaveLength(1);
    expect(target.events.slice(left.length)).toMatchObject([
      { type: "agent_thinking", messageId: "m2", delta: "after" },
      {
        type: "tool_completed",
        toolCallId: "t2",
        outcome: "error",
        error: { name: "Interrupted" },
      },
      { type: "tool_executing", toolCallId: "t4" },
      { type: "tool_completed", toolCallId: "t4" },
      { type: "agent_completed", outcome: "success" },
    ]);
    expect(() => run.tool("t1", {}, () => {}, { toolCallId: "t1" })).toThrow();
  });

  it("takes the run over with its own lease, and shuts the one before it out", async () => {
    const { target, options } = prepare();
    const run = await resumeRun(target, options);
    expect(target.attached.get("run")?.attachment).toMatchObject({ take: true, leaseMs: 9_000 });
    expect(() =>
      target.appendAs("dead writer", { ...common, type: "custom", name: "late" }),
    ).toThrow("run");
    await run.complete();
  });

  it("reads what was written until it was taken, page by page", async () => {
    const { target, options } = prepare();
    target.pageSize = 2;
    target.onTake = () =>
      target.appendAs("dead writer", {
        ...common,
        type: "agent_thinking",
        messageId: "m1",
        kind: "output",
        delta: "late",
      });
    const run = await resumeRun(target, options);
    expect(run.state.parts[0]).toMatchObject({ text: "before late" });
    await run.complete();
  });

  it("begins anew when the log does while it is read", async () => {
    const { target, options } = prepare();
    target.pageSize = 3;
    const fetch = target.fetch.bind(target);
    let pages = 0;
    target.fetch = (request) => {
      if (++pages === 2) target.epoch = "second";
      return fetch(request);
    };
    const run = await resumeRun(target, options);
    expect(run.state.parts[0]).toMatchObject({ text: "before " });
    await run.complete();
  });

  it("gives the run up when the log begins anew while it is taken", async () => {
    const { target, options } = prepare();
    target.onTake = () => {
      target.epoch = "second";
    };
    await expect(resumeRun(target, options)).rejects.toMatchObject({ code: "run_not_found" });
    expect(target.attached.size).toBe(0);
  });

  it("knows which approvals were given before", async () => {
    const { target, options } = prepare();
    const run = await resumeRun(target, options);
    const approve = (toolCallId: string) =>
      target.command("run", { name: "approve", data: { toolCallId } });
    await expect(approve("t3")).rejects.toMatchObject({ code: "already_resolved" });
    await expect(approve("t2")).rejects.toMatchObject({ code: "no_handler" });
    await run.complete();
  });

  it("measures the whole run, not its last part", async () => {
    const { target, options } = prepare();
    const run = await resumeRun(target, options);
    await options.clock.advance(2_000);
    await run.complete();
    expect(target.of("agent_completed")[0]?.durationMs).toBe(2_000);
  });

  it("ends the writer that the same process had for the run", async () => {
    const { target, options } = prepare();
    const before = await resumeRun(target, options);
    const run = await resumeRun(target, options);
    expect(before.signal.reason).toMatchObject({ code: "run_taken" });
    expect(target.attached.size).toBe(1);
    await run.complete();
  });

  it("answers a command that the same process has handled before as it did then", async () => {
    const { target, options } = prepare();
    let count = 0;
    const commands = { count: () => ++count };
    const command = { commandId: "same", name: "count" };
    await resumeRun(target, { ...options, commands });
    const first = await target.command("run", command);
    const again = await resumeRun(target, { ...options, commands });
    expect([first, await target.command("run", command)]).toEqual(["1", "1"]);
    await again.complete();
  });

  it("refuses a run that has ended, and one that never was", async () => {
    const { target, options } = prepare({ ...common, type: "agent_completed", outcome: "success" });
    await expect(resumeRun(target, options)).rejects.toMatchObject({ code: "run_completed" });
    await expect(resumeRun(target, { ...options, runId: "none" })).rejects.toMatchObject({
      code: "run_not_found",
    });
  });

  it("shows a nested run although its parent is not read", async () => {
    const { target, options } = prepare();
    target.appendAs("dead writer", {
      type: "agent_started",
      runId: "child",
      time,
      agent: { name: "b" },
      parentRunId: "run",
    });
    const run = await resumeRun(target, { ...options, runId: "child" });
    expect(run.state).toMatchObject({ runId: "child", parentRunId: "run", status: "running" });
    await run.complete();
  });
});
