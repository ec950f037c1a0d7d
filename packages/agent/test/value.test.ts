import { describe, expect, it } from "vitest";
import { publishCustom } from "../src/index.js";
import { createGate, MemoryTarget } from "./support/memory-target.js";
import { startTestRun } from "./support/start.js";

describe("a value", () => {
  it("[RW-PUB-12] that is larger than an event is cut, and marked where", async () => {
    const target = new MemoryTarget({ maxEventBytes: 32_000 });
    const { run } = await startTestRun({}, target);
    await run.tool("dump", {}, () => ["x".repeat(100_000), "short"]);
    await run.complete({ output: "é".repeat(50_000) });
    expect(target.of("tool_completed")[0]?.output).toMatchObject([
      { $truncated: { reason: "maxBytes", length: 100_000 } },
      "short",
    ]);
    const [end] = target.of("agent_completed");
    expect(Buffer.byteLength(JSON.stringify(end?.output))).toBeGreaterThan(20_000);
  });

  it("beside another one gets the room that the small one leaves", async () => {
    const target = new MemoryTarget({ maxEventBytes: 32_000 });
    await startTestRun(
      { input: "x".repeat(60_000), metadata: { small: "y".repeat(9_000) } },
      target,
    );
    const [start] = target.of("agent_started");
    expect(start?.metadata).toEqual({ small: "y".repeat(9_000) });
    expect(Buffer.byteLength(JSON.stringify(start))).toBeGreaterThan(30_000);
  });

  it("is written as it was at the call, whatever becomes of it before the publish", async () => {
    const { run, target } = await startTestRun();
    const list = [1];
    run.custom("list", list);
    list.push(2);
    await run.complete();
    expect(target.of("custom")[0]?.data).toEqual([1]);
    expect(run.state.parts).toMatchObject([{ data: [1] }]);
  });

  it("however deep or strange is told in 100 levels", async () => {
    const { run, target } = await startTestRun();
    let deep: unknown = 1;
    for (let level = 0; level < 10_000; level++) deep = [deep];
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    run.custom("deep", deep);
    run.custom("cycle", cycle);
    run.custom("throws", {
      get secret() {
        throw new Error("no");
      },
    });
    await run.complete();
    expect(target.of("custom")).toHaveLength(3);
    expect(target.of("custom")[1]?.data).toEqual({ self: { $ref: "" } });
    const [, read] = run.state.parts;
    expect(read?.type === "custom" && read.data).toSatisfy(
      (data: Record<string, unknown>) => data.self === data,
    );
  });

  it("is redacted as the options say, in nested runs too", async () => {
    const { run, target } = await startTestRun({ redact: ["password"], input: { password: "1" } });
    const child = await run.startRun({ agent: { name: "b" }, input: { password: "2" } });
    await child.complete();
    await run.complete();
    expect(target.of("agent_started").map((event) => event.input)).toEqual([
      { password: "[redacted]" },
      { password: "[redacted]" },
    ]);
  });
});

describe("publishCustom", () => {
  const options = { channel: "test", name: "question" };

  it("publishes an event of the channel itself, with its values encoded", async () => {
    const target = new MemoryTarget();
    await publishCustom(target, { ...options, key: "q1", data: new Date(0), priority: "high" });
    expect(target.events).toMatchObject([
      {
        type: "custom",
        name: "question",
        key: "q1",
        data: { $date: "1970-01-01T00:00:00.000Z" },
        priority: "high",
      },
    ]);
    expect(target.events[0]).not.toHaveProperty("runId");
  });

  it("[RW-PUB-8] never has two unanswered publishes of one channel, and keeps their order", async () => {
    const target = new MemoryTarget();
    const gate = createGate();
    target.beforePublish = async () => void (await gate.opened);
    const all = [1, 2, 3].map((data) => publishCustom(target, { ...options, data }));
    await new Promise((resolve) => setImmediate(resolve));
    all.push(publishCustom(target, { ...options, data: 4 }));
    gate.open();
    await Promise.all(all);
    expect(target.of("custom").map((event) => event.data)).toEqual([1, 2, 3, 4]);
    expect(target.requests.map((request) => request.events.length)).toEqual([3, 1]);
  });

  it("rejects with the target's code, and works again afterwards", async () => {
    const target = new MemoryTarget();
    target.beforePublish = async () => ({ code: "forbidden" });
    await expect(publishCustom(target, options)).rejects.toMatchObject({ code: "forbidden" });
    target.beforePublish = async () => undefined;
    await publishCustom(target, options);
    expect(target.events).toHaveLength(1);
  });

  it("goes through the run's own writer where it is of a run", async () => {
    const { run, target } = await startTestRun();
    run.say("a");
    await publishCustom(target, { ...options, runId: "run" });
    await run.complete();
    expect(target.events.map((event) => event.type)).toEqual([
      "agent_started",
      "agent_thinking",
      "custom",
      "agent_completed",
    ]);
  });
});

describe("a value that a program without types may pass", () => {
  /** 2^22 strings when it is written out: a few more levels, and what asks for its text never comes back. */
  const endless = nestTwice(22);

  function nestTwice(levels: number): unknown {
    if (levels === 0) return "end";
    const inner = nestTwice(levels - 1);
    return [inner, inner];
  }

  it("is told in bounded time where it is thrown", async () => {
    const { run, target } = await startTestRun();
    const thrown = run.tool("look", undefined, () => {
      throw endless;
    });
    await expect(thrown).rejects.toBe(endless);
    await run.fail(endless);
    const message = "an array was thrown";
    expect(target.of("tool_completed")).toMatchObject([{ outcome: "error", error: { message } }]);
    expect(target.of("agent_completed")).toMatchObject([{ outcome: "error", error: { message } }]);
  });

  it.each([{ status: 500 }, Object.create(null), new Map()])(
    "is told in words where it is thrown and has none: %#",
    async (thrown) => {
      const { run, target } = await startTestRun();
      await run.fail(thrown);
      const message = "an object without a message was thrown";
      expect(target.of("agent_completed")).toMatchObject([
        { outcome: "error", error: { message } },
      ]);
    },
  );

  it.each([undefined, null, 5, endless])("is no text: %#", async (value) => {
    const { run, target } = await startTestRun();
    const expected = expect.objectContaining({ code: "invalid_event" });
    // What JavaScript lets through: the delta of a chunk that has none, say.
    expect(() => run.think(value as string)).toThrow(expected);
    expect(() => run.say(value as string, { messageId: "m" })).toThrow(expected);
    await run.complete();
    expect(target.of("agent_thinking")).toEqual([]);
  });

  it.each([5n, endless, Object.assign([], { toJSON: () => 5n })])(
    "is no name: %#",
    async (value) => {
      const { run } = await startTestRun();
      const expected = expect.objectContaining({ code: "invalid_event" });
      expect(() => run.custom(value as string)).toThrow(expected);
    },
  );
});
