import { settle } from "@runwire/testing";
import { describe, expect, it } from "vitest";
import { createGate } from "./support/memory-target.js";
import { startTestRun } from "./support/start.js";

describe("a command", () => {
  it("reaches its handler decoded, and is answered as JSON text", async () => {
    const { run, target } = await startTestRun();
    run.on("message", (data, info) => ({ got: data, by: info.user?.id }));
    const answer = await target.command("run", {
      name: "message",
      data: { at: { $date: "1970-01-01T00:00:00.000Z" } },
      user: { id: "ann" },
    });
    expect(JSON.parse(answer ?? "")).toEqual({
      got: { at: { $date: "1970-01-01T00:00:00.000Z" } },
      by: "ann",
    });
    await run.complete();
  });

  it("[RW-CMD-11] is handled once, however often it is handed over", async () => {
    const { run, target } = await startTestRun();
    let count = 0;
    run.on("count", () => ++count);
    const answers = [
      await target.command("run", { commandId: "same", name: "count" }),
      await target.command("run", { commandId: "same", name: "count" }),
    ];
    expect(answers).toEqual(["1", "1"]);
    await run.complete();
  });

  it("that nobody handles is refused with no_handler, also after its handler was taken away", async () => {
    const { run, target } = await startTestRun();
    const undo = run.on("dance", () => "ok");
    expect(await target.command("run", { name: "dance" })).toBe('"ok"');
    undo();
    undo();
    await expect(target.command("run", { name: "dance" })).rejects.toMatchObject({
      code: "no_handler",
    });
    await run.complete();
  });

  it("whose handler throws is refused with the handler's code and message", async () => {
    const { run, target } = await startTestRun();
    run.on("a", () => {
      throw Object.assign(new Error("no tea"), { code: "teapot" });
    });
    run.on("b", () => Promise.reject("just words"));
    await expect(target.command("run", { name: "a" })).rejects.toMatchObject({
      code: "teapot",
      message: "no tea",
    });
    await expect(target.command("run", { name: "b" })).rejects.toMatchObject({
      code: "handler_failed",
      message: "just words",
    });
    await run.complete();
  });

  it("may have its handler from the first moment on", async () => {
    const { run, target } = await startTestRun({ commands: { hello: () => "hi" } });
    expect(await target.command("run", { name: "hello" })).toBe('"hi"');
    await run.complete();
  });

  it("cancel aborts the run's signal, or does what its own handler says", async () => {
    const { run, target } = await startTestRun();
    const undo = run.on("cancel", () => "not now");
    expect(await target.command("run", { name: "cancel" })).toBe('"not now"');
    expect(run.signal.aborted).toBe(false);
    undo();
    expect(await target.command("run", { name: "cancel" })).toBeUndefined();
    expect(run.signal.reason).toMatchObject({ code: "cancelled" });
    await run.cancel();
  });
});

describe("an approval", () => {
  async function startAsking() {
    const { run, target } = await startTestRun();
    const call = run.tool("drop_table", { table: "users" }, async (_input, { awaitApproval }) => {
      const data = await awaitApproval();
      return { approved: data };
    });
    await settle();
    return { run, target, call };
  }
  const data = { toolCallId: "t1" };

  it("[RW-CMD-12] lets the tool go on, and is answered only after the log has it", async () => {
    const { run, target, call } = await startAsking();
    expect(run.state.parts).toMatchObject([{ status: "awaiting_approval" }]);
    const gate = createGate();
    target.beforePublish = async () => void (await gate.opened);
    let isAnswered = false;
    const answer = target.command("run", { name: "approve", data }).then(() => {
      isAnswered = true;
    });
    await settle();
    expect(isAnswered).toBe(false);
    gate.open();
    await answer;
    expect(await call).toEqual({ approved: data });
    await run.complete();
    expect(target.of("tool_executing").map((event) => event.status)).toEqual([
      "running",
      "awaiting_approval",
      "running",
    ]);
  });

  it("that is refused ends the call as cancelled with the reason", async () => {
    const { run, target, call } = await startAsking();
    await target.command("run", { name: "reject", data: { ...data, reason: "not on Friday" } });
    await expect(call).rejects.toMatchObject({ code: "rejected", message: "not on Friday" });
    expect(target.of("tool_completed")).toMatchObject([
      { outcome: "cancelled", error: { code: "rejected", message: "not on Friday" } },
    ]);
    await run.complete();
  });

  it("counts once: whoever comes later is told already_resolved", async () => {
    const { run, target, call } = await startAsking();
    const answers = await Promise.allSettled([
      target.command("run", { name: "approve", data }),
      target.command("run", { name: "reject", data }),
    ]);
    expect(answers).toMatchObject([
      { status: "fulfilled" },
      { reason: { code: "already_resolved" } },
    ]);
    await call;
    await expect(target.command("run", { name: "approve", data })).rejects.toMatchObject({
      code: "already_resolved",
    });
    await run.complete();
  });

  it("does not let a tool go on that was cancelled before the log had it", async () => {
    const { run, target } = await startTestRun();
    const heard: unknown[] = [];
    const call = run.tool("drop_table", {}, (_input, { awaitApproval }) =>
      awaitApproval().then(
        () => heard.push("approved"),
        (error) => heard.push(error.code),
      ),
    );
    await settle();
    const gate = createGate();
    target.beforePublish = async () => void (await gate.opened);
    const answer = target.command("run", { name: "approve", data });
    await target.command("run", { name: "cancel" });
    gate.open();
    await answer;
    await expect(call).rejects.toMatchObject({ code: "cancelled" });
    await run.cancel();
    expect(heard).toEqual(["cancelled"]);
  });

  it("is not given where it could not be written", async () => {
    const { run, target } = await startTestRun();
    const heard: unknown[] = [];
    const call = run.tool("drop_table", {}, (_input, { awaitApproval }) =>
      awaitApproval().then(
        () => heard.push("approved"),
        (error) => heard.push(error.code),
      ),
    );
    await settle();
    target.beforePublish = async () => ({ code: "internal" });
    const answer = target.command("run", { name: "approve", data });
    await expect(answer).rejects.toMatchObject({ code: "internal" });
    await expect(call).rejects.toMatchObject({ code: "internal" });
    expect(heard).toEqual(["internal"]);
  });

  it("that nobody asked for has no handler", async () => {
    const { run, target } = await startTestRun();
    const approve = (given: unknown) => target.command("run", { name: "approve", data: given });
    await expect(approve({ toolCallId: "t9" })).rejects.toMatchObject({ code: "no_handler" });
    await expect(approve(null)).rejects.toMatchObject({ code: "no_handler" });
    await run.complete();
  });

  it("is not waited for any longer when the run is cancelled", async () => {
    const { run, target, call } = await startAsking();
    await target.command("run", { name: "cancel" });
    await expect(call).rejects.toMatchObject({ code: "cancelled" });
    await expect(target.command("run", { name: "approve", data })).rejects.toMatchObject({
      code: "already_resolved",
    });
    await run.cancel();
  });
});
