import { describe, expect, it } from "vitest";
import { createGate, MemoryTarget } from "./support/memory-target.js";
import { startTestRun } from "./support/start.js";

describe("think and say", () => {
  it("reach the log as reasoning and as output, in order", async () => {
    const { run, target } = await startTestRun();
    run.think("First the test.");
    run.say("It fails.");
    await run.complete();
    expect(target.of("agent_thinking")).toMatchObject([
      { kind: "reasoning", delta: "First the test." },
      { kind: "output", delta: "It fails." },
    ]);
  });

  it("[RW-PUB-8] join what is written while a publish is unanswered", async () => {
    const { run, target } = await startTestRun();
    const gate = createGate();
    target.beforePublish = async () => void (await gate.opened);
    await run.say("a");
    for (const letter of "bcdef") await run.say(letter);
    gate.open();
    await run.complete();
    expect(target.of("agent_thinking").map((event) => event.delta)).toEqual(["a", "bcdef"]);
    expect(target.requests.length).toBe(3);
  });

  it("publish what was written in one turn together", async () => {
    const { run, target } = await startTestRun();
    run.think("a");
    run.say("b");
    await run.complete();
    expect(target.requests.map((request) => request.events.length)).toEqual([1, 3]);
  });

  it("keep messages apart that a tool, the other kind or a custom event without key divides", async () => {
    const { run, target } = await startTestRun();
    run.say("1");
    await run.tool("look", undefined, () => {});
    run.say("2");
    run.think("3");
    run.say("4");
    run.custom("mark");
    run.say("5");
    run.custom("state", 1, { key: "k" });
    run.say("5 still");
    await run.complete();
    const texts = run.state.parts.flatMap((part) => (part.type === "message" ? part.text : []));
    expect(texts).toEqual(["1", "2", "3", "4", "55 still"]);
    expect(target.textOf("output")).toBe("12455 still");
  });

  it("append to the message that is named", async () => {
    const { run } = await startTestRun();
    run.say("a", { messageId: "one" });
    run.say("b", { messageId: "two" });
    run.say("c", { messageId: "one" });
    await run.complete();
    expect(run.state.parts).toMatchObject([
      { messageId: "one", text: "ac" },
      { messageId: "two", text: "b" },
    ]);
  });

  it("refuse a message id that the protocol does not take, and write nothing", async () => {
    const { run } = await startTestRun();
    expect(() => run.say("a", { messageId: "new\nline" })).toThrow(/message id/);
    await run.complete();
    expect(run.state.parts).toEqual([]);
  });

  it("cut a long text into events that the target takes", async () => {
    const { run, target } = await startTestRun({}, new MemoryTarget({ maxEventBytes: 20_000 }));
    const text = "\u0001😀".repeat(20_000);
    await run.say(text);
    await run.complete();
    expect(target.textOf("output")).toBe(text);
    expect(target.of("agent_thinking").length).toBeGreaterThan(1);
  });

  it("[RW-PUB-12] keep each publish below what the target takes", async () => {
    const target = new MemoryTarget({ maxEventBytes: 20_000, maxPublishBytes: 30_000 });
    const { run } = await startTestRun({}, target);
    for (let count = 0; count < 20; count++) run.custom("page", "x".repeat(9_000));
    await run.complete();
    expect(target.of("custom").length).toBe(20);
    expect(Math.max(...target.requests.map((request) => request.events.length))).toBe(3);
  });

  it("publish at most 256 events at once", async () => {
    const { run, target } = await startTestRun();
    for (let count = 0; count < 600; count++) run.custom("tick", count);
    await run.complete();
    expect(target.requests.map((request) => request.events.length)).toEqual([1, 256, 256, 89]);
  });
});

describe("half a character", () => {
  const [high = "", low = ""] = ["\ud83d", "\ude00"];

  it("waits for its other half", async () => {
    const { run, target } = await startTestRun();
    await run.say(`a${high}`);
    await run.say(`${low}b`);
    await run.complete();
    expect(target.textOf("output")).toBe("a😀b");
  });

  it("is carried inside a text, and becomes U+FFFD at its edges", async () => {
    const { run, target } = await startTestRun();
    await run.say(`${low}a${low}${high}b${high}`);
    await run.complete();
    expect(target.textOf("output")).toBe(`\ufffda${low}${high}b\ufffd`);
  });

  it("does not wait beyond its message", async () => {
    const { run, target } = await startTestRun();
    await run.say(high);
    await run.think("other");
    await run.say(low);
    await run.complete();
    expect(run.state.parts).toMatchObject([
      { text: "\ufffd" },
      { text: "other" },
      { text: "\ufffd" },
    ]);
    expect(target.textOf("reasoning")).toBe("other");
  });

  it("in any number leaves room to cut", async () => {
    const { run, target } = await startTestRun({}, new MemoryTarget({ maxEventBytes: 20_000 }));
    await run.say(`a${high.repeat(30_000)}b`);
    await run.complete();
    expect(target.textOf("output")).toBe(`a${"\ufffd".repeat(30_000)}b`);
  });
});

describe("back-pressure", () => {
  it("holds a writer that waits once maxBufferedBytes wait to be published, and lets it go then", async () => {
    const { run, target } = await startTestRun({ maxBufferedBytes: 10_000 });
    const gate = createGate();
    target.beforePublish = async () => void (await gate.opened);
    await run.say("x".repeat(9_000));
    let isHeld = true;
    const held = run.say("y".repeat(9_000)).then(() => {
      isHeld = false;
    });
    await Promise.race([held, new Promise((resolve) => setImmediate(resolve))]);
    expect(isHeld).toBe(true);
    gate.open();
    await held;
    await run.complete();
    expect(target.textOf("output").length).toBe(18_000);
  });

  it("holds it at maxBufferedEvents as well", async () => {
    const { run, target } = await startTestRun({ maxBufferedEvents: 2 });
    const gate = createGate();
    target.beforePublish = async () => void (await gate.opened);
    await run.custom("one");
    await run.custom("two");
    const third = run.custom("three").then(() => "room");
    const soon = new Promise((resolve) => setImmediate(() => resolve("held")));
    expect(await Promise.race([third, soon])).toBe("held");
    gate.open();
    expect(await third).toBe("room");
    await run.complete();
  });

  it("ends a run that nobody waits for at 16 times the limit, instead of growing for ever", async () => {
    const { run, target } = await startTestRun({ maxBufferedBytes: 1_000 });
    target.beforePublish = () => new Promise(() => {});
    for (let count = 0; count < 30; count++) run.say("x".repeat(1_000));
    expect(run.signal.reason).toMatchObject({ code: "buffer_full" });
    await expect(run.complete()).rejects.toMatchObject({ code: "buffer_full" });
  });
});
