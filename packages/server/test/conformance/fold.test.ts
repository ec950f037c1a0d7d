import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldChannel } from "./bare/fold.ts";
import type { WireEvent } from "./bare/wire.ts";
import { anyEvent, keepLawful } from "./support/any-log.ts";
import { reduceLog } from "./support/reduce-log.ts";
import {
  completed,
  custom,
  someTime,
  started,
  thinking,
  toolCompleted,
  toolExecuting,
} from "./support/sample-events.ts";

const at = (time: number) => ({ time: someTime + time });

/** Folds by the packages, after seeing that the text of § 8 comes to the same. */
function fold(...events: WireEvent[]) {
  const logged = events.map((event, index) => ({ ...event, offset: index + 1 }));
  const state = reduceLog(logged);
  expect(foldChannel(logged)).toEqual(state);
  return state;
}

test("[RW-FOLD-1] makes one part of each message and kind, its deltas joined", () => {
  const { runs } = fold(
    started("r"),
    thinking("r", "a"),
    thinking("r", "x", { kind: "reasoning" }),
    thinking("r", "b"),
    thinking("r", "other", { messageId: "m2" }),
  );
  expect(runs.r?.parts).toEqual([
    { type: "message", messageId: "m1", kind: "output", text: "ab" },
    { type: "message", messageId: "m1", kind: "reasoning", text: "x" },
    { type: "message", messageId: "m2", kind: "output", text: "other" },
  ]);
});

test("[RW-FOLD-2] makes one part of each tool call: later fields win, absent ones change nothing", () => {
  const { runs } = fold(
    started("r"),
    toolExecuting("r", "t", { status: "preparing", inputDelta: '{"a', ...at(1) }),
    toolExecuting("r", "t", { inputDelta: '":1}', input: { a: 1 }, progress: { fraction: 0.2 } }),
    toolExecuting("r", "t", { progress: { message: "half", outputDelta: "x" } }),
    toolExecuting("r", "t", { progress: { outputDelta: "y" } }),
    toolCompleted("r", "t", { output: null, durationMs: 9, ...at(7) }),
  );
  expect(runs.r?.parts).toEqual([
    {
      type: "tool",
      toolCallId: "t",
      name: "grep",
      status: "success",
      input: { a: 1 },
      inputText: '{"a":1}',
      outputText: "xy",
      progress: { fraction: 0.2, message: "half" },
      output: null,
      startedAt: someTime + 1,
      completedAt: someTime + 7,
      durationMs: 9,
    },
  ]);
});

describe("[RW-FOLD-3] a keyed custom", () => {
  test("replaces the earlier of its run, and keeps its place there", () => {
    const { runs } = fold(
      started("r"),
      custom("todo", { runId: "r", key: "k", data: 1 }),
      thinking("r", "x"),
      custom("todo", { runId: "r", key: "k", ...at(5) }),
    );
    expect(runs.r?.parts[0]).toEqual({ type: "custom", name: "todo", key: "k", ...at(5) });
    expect(runs.r?.parts).toHaveLength(2);
  });

  test("of the channel replaces the channel's own only", () => {
    const {
      keyed,
      custom: own,
      runs,
    } = fold(
      started("r"),
      custom("todo", { key: "k", data: 1 }),
      custom("todo", { runId: "r", key: "k", data: "of the run" }),
      custom("todo", { key: "k", data: 2 }),
      custom("note", { data: "a" }),
      custom("note", { data: "a" }),
    );
    expect(keyed.todo?.k).toMatchObject({ data: 2 });
    expect(own).toHaveLength(2);
    expect(runs.r?.parts).toHaveLength(1);
  });
});

test("[RW-FOLD-4] ends a run's open tools with it, as cancelled", () => {
  const { runs } = fold(
    started("r", at(1)),
    toolExecuting("r", "open"),
    toolExecuting("r", "done"),
    toolCompleted("r", "done", at(2)),
    completed("r", { outcome: "abandoned", ...at(9) }),
  );
  expect(runs.r).toMatchObject({
    status: "abandoned",
    startedAt: someTime + 1,
    completedAt: someTime + 9,
  });
  expect(runs.r?.parts).toMatchObject([
    { status: "cancelled", completedAt: someTime + 9 },
    { status: "success", completedAt: someTime + 2 },
  ]);
});

test("[RW-FOLD-5] passes over unknown types, strange runs and children whose parent is not there", () => {
  const state = fold(
    started("r"),
    { type: "agent_paused", runId: "r", time: someTime },
    thinking("stranger", "x"),
    custom("a", { runId: "stranger" }),
    started("orphan", { parentRunId: "stranger" }),
    thinking("orphan", "x"),
  );
  expect(state).toEqual(fold(started("r")));
});

test("[RW-FOLD-6] computes nothing", () => {
  const { runs } = fold(
    started("r"),
    toolExecuting("r", "t", { progress: { outputDelta: "x" } }),
    toolCompleted("r", "t", at(5)),
    completed("r", at(9)),
  );
  expect(runs.r).not.toHaveProperty("durationMs");
  expect(runs.r?.parts[0]).not.toHaveProperty("durationMs");
  expect(runs.r?.parts[0]).not.toHaveProperty("progress");
});

test("the fold written from the text of § 8 agrees with the packages' on every lawful log", () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 60 }), (drawn) => {
      const events = keepLawful(drawn).map((event, index) => ({
        ...event,
        time: someTime + index,
        offset: index + 1,
      }));
      expect(foldChannel(events)).toEqual(reduceLog(events));
    }),
  );
});
