import { FakeClock, settle } from "@runwire/testing";
import { describe, expect, it } from "vitest";
import { type WithRunOptions, withRun } from "../src/index.js";
import { MemoryTarget } from "./support/memory-target.js";
import { startTestRun } from "./support/start.js";

describe("a run's end", () => {
  it("tells output, usage and duration, and lets go of the run", async () => {
    const { run, target, clock } = await startTestRun();
    expect(target.attached.size).toBe(1);
    await clock.advance(1_500);
    await run.complete({ output: { answer: 42n }, usage: { inputTokens: 7 } });
    expect(target.of("agent_completed")).toMatchObject([
      {
        outcome: "success",
        output: { answer: { $bigint: "42" } },
        usage: { inputTokens: 7 },
        durationMs: 1_500,
      },
    ]);
    expect(run.state).toMatchObject({ status: "success", output: { answer: 42n } });
    expect(target.attached.size).toBe(0);
    expect(clock.pending().length).toBe(0);
  });

  it("tells an error by name, message and code", async () => {
    const { run, target } = await startTestRun();
    await run.fail(Object.assign(new RangeError("too far"), { code: 416 }));
    expect(target.of("agent_completed")[0]).toMatchObject({
      outcome: "error",
      error: { name: "RangeError", message: "too far", code: "416" },
    });
    expect(JSON.stringify(target.events)).not.toContain("ending.test");
  });

  it("is abandoned where the run is disposed without one, and cancelled where it was cancelled", async () => {
    const { run, target } = await startTestRun();
    await run[Symbol.asyncDispose]();
    await run[Symbol.asyncDispose]();
    expect(target.of("agent_completed").map((event) => event.outcome)).toEqual(["abandoned"]);
    const other = await startTestRun();
    await other.target.command("run", { name: "cancel" });
    await other.run[Symbol.asyncDispose]();
    expect(other.target.of("agent_completed").map((event) => event.outcome)).toEqual(["cancelled"]);
  });

  it("is waited for by the disposal", async () => {
    const { target } = await (async () => {
      const { run, target: given } = await startTestRun();
      await using _ended = run;
      run.say("bye");
      void run.complete();
      return { target: given };
    })();
    expect(target.events.at(-1)?.type).toBe("agent_completed");
  });
});

describe("withRun", () => {
  function prepare(options: Partial<WithRunOptions> = {}) {
    const target = new MemoryTarget();
    const clock = new FakeClock();
    const full = { channel: "test", runId: "run", agent: { name: "tester" }, clock, ...options };
    const ends = () => target.of("agent_completed");
    return { target, clock, options: full, ends };
  }

  it("completes with what the function returned", async () => {
    const { target, options, ends } = prepare();
    const result = await withRun(target, options, async (run) => {
      run.say("hello");
      return { hits: 3 };
    });
    expect(result).toEqual({ hits: 3 });
    expect(ends()).toMatchObject([{ outcome: "success", output: { hits: 3 } }]);
  });

  it("fails with what the function threw, and throws it on", async () => {
    const { target, options, ends } = prepare();
    const error = new Error("no luck");
    const call = withRun(target, options, () => {
      throw error;
    });
    await expect(call).rejects.toBe(error);
    expect(ends()).toMatchObject([{ outcome: "error", error: { message: "no luck" } }]);
  });

  it("is cancelled by a command: what the function threw for it is thrown on", async () => {
    const { target, options, ends } = prepare();
    const call = withRun(target, options, (run) =>
      run.tool("wait", {}, () => new Promise(() => {})),
    );
    await settle();
    await target.command("run", { name: "cancel" });
    await expect(call).rejects.toMatchObject({ code: "cancelled" });
    expect(ends()).toMatchObject([{ outcome: "cancelled" }]);
  });

  it("keeps what a cancelled function returned all the same", async () => {
    const abort = new AbortController();
    const { target, options, ends } = prepare({ signal: abort.signal });
    const result = await withRun(target, options, async () => {
      abort.abort(new Error("enough"));
      return "partial";
    });
    expect(result).toBe("partial");
    expect(ends()).toMatchObject([{ outcome: "cancelled", output: "partial" }]);
  });

  it("ends a cancelled run without a function that does not stop, after cancelGraceMs", async () => {
    const { target, clock, options, ends } = prepare({ cancelGraceMs: 3_000 });
    const call = withRun(target, options, () => new Promise<never>(() => {}));
    const outcome = expect(call).rejects.toMatchObject({ code: "cancelled" });
    await settle();
    await target.command("run", { name: "cancel" });
    await clock.advance(2_999);
    expect(ends()).toEqual([]);
    await clock.advance(1);
    await outcome;
    expect(ends()).toMatchObject([{ outcome: "cancelled" }]);
    expect(clock.pending().length).toBe(0);
  });

  it("rejects with the first failed write", async () => {
    const { target, options } = prepare();
    const call = withRun(target, options, async (run) => {
      target.beforePublish = async () => ({ code: "forbidden" });
      run.say("lost");
      await settle();
      run.signal.throwIfAborted();
    });
    await expect(call).rejects.toMatchObject({ code: "forbidden" });
  });

  it("rejects with the failure of the end itself", async () => {
    const { target, options } = prepare();
    const call = withRun(target, options, () => {
      target.beforePublish = async () => ({ code: "internal" });
    });
    await expect(call).rejects.toMatchObject({ code: "internal" });
  });

  it("rejects with the function's own error where that came before the failure", async () => {
    const { target, options } = prepare();
    const error = new Error("mine");
    const call = withRun(target, options, () => {
      target.beforePublish = async () => ({ code: "internal" });
      throw error;
    });
    await expect(call).rejects.toBe(error);
  });

  it("leaves the end to a function that wrote it itself", async () => {
    const { target, options, ends } = prepare();
    await withRun(target, options, (run) => run.complete({ output: "mine" }));
    expect(ends()).toMatchObject([{ outcome: "success", output: "mine" }]);
  });
});

describe("a run inside a run", () => {
  it("names its parent and the tool call that it carries out, which the log has before it", async () => {
    const { run, target } = await startTestRun();
    await run.tool("delegate", {}, async (_input, context) => {
      const child = await context.startRun({ runId: "child", agent: { name: "helper" } });
      child.say("done");
      expect(child.state).toMatchObject({
        parentRunId: "run",
        parentToolCallId: "t1",
        status: "running",
      });
      await child.complete();
    });
    await run.complete();
    expect(target.events.map((event) => [event.type, event.runId])).toEqual([
      ["agent_started", "run"],
      ["tool_executing", "run"],
      ["agent_started", "child"],
      ["agent_thinking", "child"],
      ["agent_completed", "child"],
      ["tool_completed", "run"],
      ["agent_completed", "run"],
    ]);
    expect(target.of("agent_started")[1]).toMatchObject({
      parentRunId: "run",
      parentToolCallId: "t1",
    });
  });

  it("is cancelled with its parent, and can still write its own end", async () => {
    const { run, target } = await startTestRun();
    const child = await run.startRun({ runId: "child", agent: { name: "helper" } });
    await target.command("run", { name: "cancel" });
    expect(child.signal.reason).toMatchObject({ code: "cancelled" });
    await child.cancel();
    await run.cancel();
    expect(target.of("agent_completed").map((event) => [event.runId, event.outcome])).toEqual([
      ["child", "cancelled"],
      ["run", "cancelled"],
    ]);
  });

  it("is written by the same writer, under publish ids of its own", async () => {
    const { run, target } = await startTestRun();
    const child = await run.startRun({ agent: { name: "helper" } });
    await Promise.all([child.complete(), run.complete()]);
    expect(new Set(target.requests.map((request) => request.writer)).size).toBe(1);
    expect(target.requests[0]?.writer).toMatch(/^[\w-]{22}$/);
    expect(new Set(target.requests.map((request) => request.id)).size).toBe(target.requests.length);
    expect(child.runId).toMatch(/^[\w-]{22}$/);
  });
});
