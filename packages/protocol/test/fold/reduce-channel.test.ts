import { describe, expect, it } from "vitest";
import {
  type ChannelState,
  emptyChannelState,
  type LoggedEvent,
  type RunwireEvent,
  reduceChannel,
  type UnknownEvent,
} from "../../src/index.js";

const runId = "r1";
const started: RunwireEvent = { type: "agent_started", runId, time: 1, agent: { name: "a" } };
const completed: RunwireEvent = { type: "agent_completed", runId, time: 99, outcome: "success" };

function text(delta: string, messageId = "m1", kind: "reasoning" | "output" = "output") {
  return { type: "agent_thinking", runId, time: 2, messageId, kind, delta } as const;
}

function tool(fields: object, time = 3): RunwireEvent {
  return {
    type: "tool_executing",
    runId,
    time,
    toolCallId: "t1",
    name: "grep",
    status: "running",
    ...fields,
  };
}

function custom(name: string, fields: object): RunwireEvent {
  return { type: "custom", name, time: 5, ...fields };
}

function logged(events: readonly RunwireEvent[]): LoggedEvent[] {
  return events.map((event, place) => ({ ...event, offset: place + 1 }));
}

function fold(events: readonly RunwireEvent[], state: ChannelState = emptyChannelState) {
  return reduceChannel(state, logged(events));
}

function partsOf(events: readonly RunwireEvent[]) {
  return fold([started, ...events]).runs[runId]?.parts;
}

describe("runs", () => {
  it("holds what agent_started says", () => {
    const state = fold([{ ...started, title: "T", input: 1, metadata: null, leaseMs: 5000 }]);
    expect(state.order).toEqual([runId]);
    expect({ ...state.runs }).toStrictEqual({
      r1: {
        runId,
        agent: { name: "a" },
        title: "T",
        input: 1,
        metadata: null,
        status: "running",
        startedAt: 1,
        parts: [],
      },
    });
  });

  it("holds what agent_completed says", () => {
    const end = { ...completed, output: [1], usage: { inputTokens: 2, calls: 1 }, durationMs: 7 };
    expect(fold([started, end]).runs[runId]).toMatchObject({
      status: "success",
      completedAt: 99,
      output: [1],
      usage: { inputTokens: 2, calls: 1 },
      durationMs: 7,
    });
  });

  it("cancels the tools that are open when the run ends, and only those", () => {
    const done = {
      type: "tool_completed",
      runId,
      time: 4,
      toolCallId: "t1",
      outcome: "error",
    } as const;
    const parts = partsOf([tool({}), tool({ toolCallId: "t2" }), done, completed]);
    expect(parts).toMatchObject([
      { toolCallId: "t1", status: "error", completedAt: 4 },
      { toolCallId: "t2", status: "cancelled", completedAt: 99 },
    ]);
  });

  it("knows a run whose parent is there, ended or not", () => {
    const child = { ...started, runId: "r2", parentRunId: runId, parentToolCallId: "t1" };
    expect(fold([started, child]).runs.r2).toMatchObject({
      parentRunId: runId,
      parentToolCallId: "t1",
    });
    expect(fold([started, completed, child]).order).toEqual([runId, "r2"]);
  });
});

describe("messages", () => {
  it("appends deltas to the message of the same id and kind", () => {
    expect(
      partsOf([text("a"), text("x", "m1", "reasoning"), text("b"), text("y", "m2")]),
    ).toStrictEqual([
      { type: "message", messageId: "m1", kind: "output", text: "ab" },
      { type: "message", messageId: "m1", kind: "reasoning", text: "x" },
      { type: "message", messageId: "m2", kind: "output", text: "y" },
    ]);
  });

  it("shows a message that is empty so far", () => {
    expect(partsOf([text("")])).toMatchObject([{ text: "" }]);
  });
});

describe("tools", () => {
  it("lets later fields win, progress field by field, and joins the deltas", () => {
    const parts = partsOf([
      tool({ status: "preparing", inputDelta: "{", progress: { fraction: 0.1, message: "a" } }),
      tool({ inputDelta: "}", input: {}, progress: { fraction: 0.5, outputDelta: "o" } }, 8),
      tool({ name: "grep 2", progress: { outputDelta: "k" }, parentToolCallId: "t0" }, 9),
    ]);
    expect(parts).toStrictEqual([
      {
        type: "tool",
        toolCallId: "t1",
        parentToolCallId: "t0",
        name: "grep 2",
        status: "running",
        input: {},
        inputText: "{}",
        progress: { fraction: 0.5, message: "a" },
        outputText: "ok",
        startedAt: 3,
      },
    ]);
  });

  it("holds what tool_completed says", () => {
    const done = {
      type: "tool_completed",
      runId,
      time: 8,
      toolCallId: "t1",
      outcome: "error",
      error: { message: "no" },
      output: null,
      durationMs: 5,
    } as const;
    expect(partsOf([tool({ input: 1 }), done])).toStrictEqual([
      {
        type: "tool",
        toolCallId: "t1",
        name: "grep",
        status: "error",
        input: 1,
        error: { message: "no" },
        output: null,
        startedAt: 3,
        completedAt: 8,
        durationMs: 5,
      },
    ]);
  });
});

describe("custom", () => {
  it("keeps every one without a key, and the latest of a name and key in the first one's place", () => {
    const parts = partsOf([
      custom("todo", { runId, key: "k", data: 1 }),
      custom("todo", { runId }),
      custom("todo", { runId, data: 2 }),
      custom("todo", { runId, key: "k", time: 6 }),
    ]);
    expect(parts).toStrictEqual([
      { type: "custom", name: "todo", key: "k", time: 6 },
      { type: "custom", name: "todo", time: 5 },
      { type: "custom", name: "todo", time: 5, data: 2 },
    ]);
  });

  it("tells apart names and keys that are alike when joined", () => {
    expect(
      partsOf([
        custom("a", { runId, key: "bc" }),
        custom("ab", { runId, key: "c" }),
        custom("ab", { runId, key: "c", data: 1 }),
      ]),
    ).toMatchObject([
      { name: "a", key: "bc" },
      { name: "ab", key: "c", data: 1 },
    ]);
  });

  it("gives the channel what names no run", () => {
    const state = fold([
      custom("note", { data: 1 }),
      custom("note", { key: "k", data: 2 }),
      custom("note", { key: "k", data: 3 }),
      custom("note", { key: "l" }),
    ]);
    expect(state.custom).toMatchObject([{ name: "note", data: 1 }]);
    expect(state.keyed).toEqual({
      note: {
        k: { type: "custom", name: "note", key: "k", data: 3, time: 5 },
        l: { type: "custom", name: "note", key: "l", time: 5 },
      },
    });
  });
});

describe("what changes nothing", () => {
  const before = fold([started, tool({}), text("a")]);
  const unknown: UnknownEvent = { type: "agent_dreaming", runId, time: 1, offset: 9, x: 1 };

  it.each<[string, readonly unknown[]]>([
    ["no event", []],
    ["an unknown type", [unknown]],
    ["a run that is not there", [{ ...text("a"), runId: "r9" }, custom("x", { runId: "r9" })]],
    ["a run whose parent is not there", [{ ...started, runId: "r2", parentRunId: "r9" }]],
    ["a second start", [{ ...started, title: "again" }]],
    ["an empty delta", [text("")]],
    ["a tool's status that it has", [tool({})]],
    [
      "an end of a tool that never began",
      [{ type: "tool_completed", runId, time: 4, toolCallId: "t9", outcome: "success" }],
    ],
    ["an agent event without a run", [{ ...text("a"), runId: undefined }]],
  ])("is %s: the same state comes back", (_name, events) => {
    // Some are what no log holds; the fold is to survive them.
    expect(reduceChannel(before, events as LoggedEvent[])).toBe(before);
  });

  it("is whatever follows the end of a tool or a run", () => {
    const done = {
      type: "tool_completed",
      runId,
      time: 4,
      toolCallId: "t1",
      outcome: "success",
    } as const;
    const ended = fold([done], before);
    expect(fold([tool({ input: 1 }), done], ended)).toBe(ended);
    const over = fold([completed], ended);
    expect(fold([text("b"), tool({ toolCallId: "t3" }), completed], over)).toBe(over);
  });

  it("is a keyed custom that is the same again", () => {
    const events = [custom("n", { runId, key: "k", data: 1 }), custom("n", { key: "k", data: 1 })];
    const state = fold(events, before);
    expect(fold(events, state)).toBe(state);
  });
});

describe("identity", () => {
  it("is kept by every part that did not change", () => {
    const before = fold([
      started,
      { ...started, runId: "r2" },
      text("a"),
      tool({}),
      custom("n", {}),
      custom("n", { key: "k" }),
    ]);
    const after = fold([text("b")], before);
    expect(after.runs.r2).toBe(before.runs.r2);
    expect(after.runs[runId]?.parts[1]).toBe(before.runs[runId]?.parts[1]);
    expect(after.order).toBe(before.order);
    expect(after.custom).toBe(before.custom);
    expect(after.keyed).toBe(before.keyed);
    expect(after.runs[runId]).not.toBe(before.runs[runId]);
  });

  it("is never changed in the state that was given", () => {
    const before = fold([started, text("a"), tool({}), custom("n", {}), custom("n", { key: "k" })]);
    const copy = structuredClone(before);
    fold(
      [text("b"), text("c", "m2"), tool({ input: 1 }), custom("n", {}), custom("n", { key: "k" })],
      before,
    );
    fold([completed], before);
    expect(before).toEqual(copy);
  });

  it("lets an older state be folded again, another way", () => {
    const before = fold([started, text("a")]);
    const one = fold([text("x", "m2"), text("y", "m3")], before);
    const other = fold([text("z", "m3")], before);
    expect(fold([text("!", "m3")], one).runs[runId]?.parts).toMatchObject([
      { text: "a" },
      { text: "x" },
      { text: "y!" },
    ]);
    expect(fold([text("!", "m3"), text("?", "m2")], other).runs[runId]?.parts).toMatchObject([
      { text: "a" },
      { text: "z!" },
      { text: "?" },
    ]);
  });
});

describe("names that objects inherit", () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];

  it.each(names)("are ids like any other: %s", (id) => {
    const state = fold([
      { ...text("lost"), runId: id },
      { ...started, runId: id },
      { ...text("a", id), runId: id },
      tool({ runId: id, toolCallId: id }),
      custom(id, { runId: id, key: id }),
      custom(id, { key: id, data: 1 }),
    ]);
    expect(Object.keys(state.runs)).toEqual([id]);
    expect(state.runs[id]?.parts).toHaveLength(3);
    expect(Object.keys(state.keyed)).toEqual([id]);
    expect(state.keyed[id]?.[id]).toMatchObject({ data: 1 });
    const again = fold([{ ...text("b", id), runId: id }], JSON.parse(JSON.stringify(state)));
    expect(again.runs[id]?.parts[0]).toMatchObject({ text: "ab" });
    expect(({} as { title?: unknown }).title).toBeUndefined();
  });

  it.each(names)("are nothing in an empty state: %s", (id) => {
    expect(emptyChannelState.runs[id]).toBeUndefined();
    expect(emptyChannelState.keyed[id]).toBeUndefined();
  });
});

describe("cost", () => {
  it("does not grow with the square of the deltas or of the parts", () => {
    const many = Array.from({ length: 20_000 }, (_, place) => text("a", `m${place}`));
    const startedAt = performance.now();
    const state = fold([...many, ...many], fold([started]));
    const elapsedMs = performance.now() - startedAt;
    expect(state.runs[runId]?.parts).toHaveLength(20_000);
    // Quadratic, this takes many seconds; as it is, some 20 ms.
    expect(elapsedMs).toBeLessThan(2_000);
  });
});
