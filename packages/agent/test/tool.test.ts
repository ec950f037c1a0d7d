import { settle } from "@runwire/testing";
import { describe, expect, it } from "vitest";
import type { ToolCallContext } from "../src/index.js";
import { startTestRun } from "./support/start.js";

const never = () => new Promise<never>(() => {});

describe("a tool call", () => {
  it("tells its input, its output and how long it took, and gives the output back", async () => {
    const { run, target, clock } = await startTestRun();
    const output = await run.tool("grep", { pattern: "TODO" }, async ({ pattern }) => {
      await clock.advance(40);
      return [pattern, new Date(0)];
    });
    await run.complete();
    expect(output).toEqual(["TODO", new Date(0)]);
    expect(target.events.slice(1, 3)).toMatchObject([
      {
        type: "tool_executing",
        toolCallId: "t1",
        name: "grep",
        status: "running",
        input: { pattern: "TODO" },
      },
      {
        type: "tool_completed",
        toolCallId: "t1",
        outcome: "success",
        output: ["TODO", { $date: "1970-01-01T00:00:00.000Z" }],
        durationMs: 40,
      },
    ]);
    expect(run.state.parts).toMatchObject([{ status: "success", output: ["TODO", new Date(0)] }]);
  });

  it("keeps its start and end around a tool that throws, tells no stack, and throws on", async () => {
    const { run, target } = await startTestRun();
    const broken = Object.assign(new TypeError("no such file"), { code: "ENOENT" });
    const call = run.tool("read", {}, () => {
      throw broken;
    });
    await expect(call).rejects.toBe(broken);
    await run.complete();
    const [completed] = target.of("tool_completed");
    expect(completed?.outcome).toBe("error");
    expect(completed?.error).toEqual({
      name: "TypeError",
      message: "no such file",
      code: "ENOENT",
    });
  });

  it.each([
    ["a string", "out of paper", { message: "out of paper" }],
    ["undefined", undefined, { message: "undefined" }],
    [
      "an object whose message throws",
      Object.create(null, {
        message: {
          get: () => {
            throw 1;
          },
        },
      }),
      { message: "an object without a message was thrown" },
    ],
  ])("survives %s that is thrown", async (_what, thrown, error) => {
    const { run, target } = await startTestRun();
    await run
      .tool("odd", {}, () => {
        throw thrown;
      })
      .catch(() => {});
    await run.complete();
    expect(target.of("tool_completed")[0]?.error).toEqual(error);
  });

  it("ends as cancelled, at once, when the run is cancelled, even where the tool ignores the signal", async () => {
    const { run, target } = await startTestRun();
    let signal: AbortSignal | undefined;
    const call = run.tool("slow", {}, (_input, context) => {
      signal = context.signal;
      return never();
    });
    await settle();
    await target.command("run", { name: "cancel" });
    await expect(call).rejects.toMatchObject({ code: "cancelled" });
    expect(signal?.aborted).toBe(true);
    await run.cancel();
    expect(target.of("tool_completed")).toMatchObject([{ outcome: "cancelled" }]);
    expect(target.of("tool_completed")[0]?.error).toBeUndefined();
  });

  it("that never settles ends as cancelled with the run, before the run's end", async () => {
    const { run, target } = await startTestRun();
    const call = run.tool("hang", {}, never);
    await settle();
    await run.complete();
    await expect(call).rejects.toMatchObject({ code: "run_completed" });
    expect(target.events.map((event) => event.type).slice(-2)).toEqual([
      "tool_completed",
      "agent_completed",
    ]);
  });

  it("says nothing more once it is over, whatever the tool still does", async () => {
    const { run, target } = await startTestRun();
    let context: ToolCallContext | undefined;
    let finish = (_output: string) => {};
    const call = run.tool("late", {}, (_input, given) => {
      context = given;
      return new Promise<string>((resolve) => {
        finish = resolve;
      });
    });
    await settle();
    await run.complete();
    await context?.progress({ fraction: 1 });
    finish("too late");
    await expect(call).rejects.toMatchObject({ code: "run_completed" });
    expect(target.events.at(-1)?.type).toBe("agent_completed");
    expect(target.of("tool_completed")).toHaveLength(1);
  });

  it("is never an unhandled rejection", async () => {
    const seen: unknown[] = [];
    const onUnhandled = (reason: unknown) => seen.push(reason);
    process.on("unhandledRejection", onUnhandled);
    const { run } = await startTestRun();
    run.tool("broken", {}, () => Promise.reject(new Error("nobody looks")));
    run.tool("hang", {}, never);
    await settle();
    await run.complete();
    await settle();
    process.off("unhandledRejection", onUnhandled);
    expect(seen).toEqual([]);
  });

  it("stands beside others that are at work at the same time", async () => {
    const { run, target } = await startTestRun();
    const finishers: (() => void)[] = [];
    const calls = ["a", "b", "c"].map((name) =>
      run.tool(
        name,
        {},
        () => new Promise<string>((resolve) => finishers.push(() => resolve(name))),
      ),
    );
    await settle();
    for (const finish of finishers.reverse()) finish();
    expect(await Promise.all(calls)).toEqual(["a", "b", "c"]);
    await run.complete();
    expect(target.of("tool_executing").map((event) => event.toolCallId)).toEqual([
      "t1",
      "t2",
      "t3",
    ]);
    expect(new Set(target.of("tool_completed").map((event) => event.toolCallId)).size).toBe(3);
  });

  it("does not begin in a run that was cancelled", async () => {
    const { run, target } = await startTestRun();
    await target.command("run", { name: "cancel" });
    let wasCalled = false;
    const call = run.tool("late", {}, () => {
      wasCalled = true;
    });
    await expect(call).rejects.toMatchObject({ code: "cancelled" });
    await run.cancel();
    expect(wasCalled).toBe(false);
    expect(target.of("tool_executing")).toEqual([]);
  });
});

describe("progress", () => {
  it("is told with what came meanwhile joined, its output text whole and inside 0 to 1", async () => {
    const { run, target } = await startTestRun();
    await run.tool("copy", {}, async (_input, { progress }) => {
      progress({ fraction: -1, message: "first", outputDelta: "a\ud83d" });
      progress({ fraction: 0.5, outputDelta: "\ude00b" });
      progress({ fraction: 7 });
      progress({ fraction: Number.NaN });
    });
    await run.complete();
    expect(target.of("tool_executing").slice(1)).toMatchObject([
      { progress: { fraction: 1, message: "first", outputDelta: "a😀b" } },
    ]);
    expect(run.state.parts).toMatchObject([{ progress: { fraction: 1 }, outputText: "a😀b" }]);
  });

  it("waits for room where the tool awaits it", async () => {
    const { run, target } = await startTestRun({ maxBufferedBytes: 5_000 });
    target.beforePublish = () => new Promise(() => {});
    let steps = 0;
    void run.tool("stream", {}, async (_input, { progress }) => {
      for (; steps < 100; steps++) await progress({ outputDelta: "x".repeat(1_000) });
    });
    await settle();
    expect(steps).toBeLessThan(10);
  });
});

describe("the order of calls", () => {
  it("is kept: a tool after the end is an error that says the rule", async () => {
    const { run } = await startTestRun();
    await run.complete();
    expect(() => run.tool("late", {}, () => {})).toThrow(/run run has ended; nothing may follow/);
    expect(() => run.say("late")).toThrow(expect.objectContaining({ code: "run_completed" }));
    expect(() => run.custom("late")).toThrow(/has ended/);
    expect(() => run.complete()).toThrow(/has ended/);
    expect(() => run.startRun({ agent: { name: "late" } })).toThrow(/has ended/);
  });

  it("lets no call fail that never began or is over, and none begin twice", async () => {
    const { run } = await startTestRun();
    expect(() => run.failTool("none", new Error("?"))).toThrow(/tool call none was never started/);
    await run.tool("look", {}, () => {}, { toolCallId: "mine" });
    expect(() => run.failTool("mine", new Error("?"))).toThrow(/already completed/);
    expect(() => run.tool("look", {}, () => {}, { toolCallId: "mine" })).toThrow(
      /was started before/,
    );
    expect(() => run.tool("", {}, () => {})).toThrow(
      expect.objectContaining({ code: "invalid_event" }),
    );
    await run.complete();
  });

  it("lets the writer fail a call that is at work; the tool learns it", async () => {
    const { run, target } = await startTestRun();
    const call = run.tool("slow", {}, never, { toolCallId: "slow" });
    await settle();
    await run.failTool("slow", new Error("took too long"));
    await expect(call).rejects.toThrow("took too long");
    await run.complete();
    expect(target.of("tool_completed")).toMatchObject([
      { outcome: "error", error: { message: "took too long" } },
    ]);
  });
});
