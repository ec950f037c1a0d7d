import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventTypes, isDelta } from "../../src/index.js";
import { eventSchemas, receivedEventSchema, runwireEventSchema } from "../../src/schemas.js";

const run = { runId: "r1", time: 1_700_000_000_000 };
const minimal: Record<string, Record<string, unknown>> = {
  agent_started: { type: "agent_started", ...run, agent: { name: "a" } },
  agent_thinking: { type: "agent_thinking", ...run, messageId: "m", kind: "output", delta: "" },
  tool_executing: {
    type: "tool_executing",
    ...run,
    toolCallId: "t",
    name: "grep",
    status: "running",
  },
  tool_completed: { type: "tool_completed", ...run, toolCallId: "t", outcome: "success" },
  agent_completed: { type: "agent_completed", ...run, outcome: "abandoned" },
  custom: { type: "custom", time: 1, name: "todo" },
};

function accepts(event: unknown): boolean {
  return runwireEventSchema.safeParse(event).success;
}

/** A valid event of the type with these fields instead. */
function altered(type: string, fields: object): unknown {
  return { ...minimal[type], ...fields };
}

describe("runwireEventSchema", () => {
  it("knows each type, and a schema for each", () => {
    expect(Object.keys(eventSchemas)).toEqual([...eventTypes]);
    for (const type of eventTypes) expect([type, accepts(minimal[type])]).toEqual([type, true]);
  });

  it.each(eventTypes)("needs every required field of %s", (type) => {
    for (const field of Object.keys(minimal[type] ?? {})) {
      const event = { ...minimal[type] };
      delete event[field];
      expect([field, accepts(event)]).toEqual([field, false]);
    }
  });

  it("allows fields that it does not know, at every level", () => {
    expect(accepts(altered("agent_started", { later: 1, agent: { name: "a", later: 1 } }))).toBe(
      true,
    );
    expect(accepts(altered("tool_executing", { progress: { later: 1 } }))).toBe(true);
    expect(accepts(altered("agent_completed", { usage: { calls: 3, cost: "1" } }))).toBe(true);
  });

  it.each<[string, object]>([
    ["agent_started", { title: "t", input: null, metadata: [1], leaseMs: 5_000 }],
    ["agent_started", { leaseMs: 86_400_000, parentRunId: "r0", parentToolCallId: "t0" }],
    ["agent_started", { agent: { name: "a", id: "", model: "m" } }],
    ["agent_thinking", { kind: "reasoning", messageId: "x".repeat(128), delta: "a\ud800b" }],
    ["tool_executing", { status: "preparing", inputDelta: "{" }],
    ["tool_executing", { status: "awaiting_approval", input: false, parentToolCallId: "t0" }],
    ["tool_executing", { progress: { fraction: 1, message: "", outputDelta: "\u0000" } }],
    ["tool_completed", { outcome: "cancelled", durationMs: 0.5, output: null }],
    ["tool_completed", { outcome: "error", error: { message: "m", name: "E", code: "c" } }],
    ["agent_completed", { outcome: "success", usage: { inputTokens: 1 }, durationMs: 1 }],
    ["custom", { runId: "r1", key: "ключ", data: null, priority: "high" }],
  ])("accepts %s with %j", (type, fields) => {
    expect(accepts(altered(type, fields))).toBe(true);
  });

  it.each<[string, object]>([
    ["agent_started", { type: "agent_dreaming" }],
    ["agent_started", { type: "__proto__" }],
    ["agent_started", { runId: "a/b" }],
    ["agent_started", { runId: "" }],
    ["agent_started", { runId: "x".repeat(129) }],
    ["agent_started", { runId: null }],
    ["agent_started", { time: 1.5 }],
    ["agent_started", { time: "1" }],
    ["agent_started", { time: 2 ** 53 }],
    ["agent_started", { agent: {} }],
    ["agent_started", { agent: { name: "" } }],
    ["agent_started", { agent: { name: "a\u0007" } }],
    ["agent_started", { title: null }],
    ["agent_started", { leaseMs: 4_999 }],
    ["agent_started", { leaseMs: 86_400_001 }],
    ["agent_started", { leaseMs: 6_000.5 }],
    ["agent_started", { parentRunId: "a b" }],
    ["agent_started", { parentToolCallId: "\u007f" }],
    ["agent_thinking", { kind: "thought" }],
    ["agent_thinking", { delta: 1 }],
    ["agent_thinking", { delta: "\ude00 x" }],
    ["agent_thinking", { delta: "x \ud83d" }],
    ["agent_thinking", { messageId: "x".repeat(129) }],
    ["tool_executing", { status: "success" }],
    ["tool_executing", { inputDelta: "\ud83d" }],
    ["tool_executing", { progress: null }],
    ["tool_executing", { progress: { fraction: 1.01 } }],
    ["tool_executing", { progress: { fraction: -0.01 } }],
    ["tool_executing", { progress: { outputDelta: "\ude00" } }],
    ["tool_completed", { outcome: "abandoned" }],
    ["tool_completed", { error: { name: "E" } }],
    ["tool_completed", { error: "no" }],
    ["agent_completed", { outcome: "done" }],
    ["agent_completed", { usage: { inputTokens: "1" } }],
    ["agent_completed", { durationMs: "1" }],
    ["custom", { name: "a\nb" }],
    ["custom", { key: "" }],
    ["custom", { priority: "low" }],
    ["custom", { runId: "a/b" }],
  ])("refuses %s with %j", (type, fields) => {
    expect(accepts(altered(type, fields))).toBe(false);
  });

  it("refuses what is no object, whatever it is", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        fc.pre(typeof value !== "object" || value === null || !("type" in value));
        expect(accepts(value)).toBe(false);
      }),
    );
  });

  it("judges a delta as isDelta does, and splits no pair that isDelta keeps whole", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "é", "😀") }),
        fc.nat(20),
        (text, place) => {
          const cut = text.slice(0, place);
          expect(accepts(altered("agent_thinking", { delta: cut }))).toBe(isDelta(cut));
          const isInsidePair = /[\ud800-\udbff]$/.test(cut);
          expect(isDelta(cut)).toBe(!isInsidePair);
        },
      ),
    );
  });
});

describe("receivedEventSchema", () => {
  const offset = { offset: 3 };

  it("needs an offset of at least 1", () => {
    expect(receivedEventSchema.safeParse({ ...minimal.custom, ...offset }).success).toBe(true);
    expect(receivedEventSchema.safeParse(minimal.custom).success).toBe(false);
    expect(receivedEventSchema.safeParse({ ...minimal.custom, offset: 0 }).success).toBe(false);
  });

  it("keeps an event of an unknown type whole", () => {
    const event = { type: "agent_dreaming", time: 1, of: ["sheep"], ...offset };
    expect(receivedEventSchema.parse(event)).toEqual(event);
  });

  it("takes no bad event of a known type for one of an unknown type", () => {
    const event = altered("agent_thinking", { delta: 1, ...offset });
    expect(receivedEventSchema.safeParse(event).success).toBe(false);
  });
});
