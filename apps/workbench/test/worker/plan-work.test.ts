import { type ChannelState, emptyChannelState, type RunState } from "@runwire/protocol";
import { expect, test } from "vitest";
import type { AskedQuestion } from "../../src/shared/question.ts";
import { planWork } from "../../src/worker/plan-work.ts";

function createRun(runId: string, fields: Partial<RunState> = {}): RunState {
  return {
    runId,
    agent: { name: "explorer" },
    status: "running",
    startedAt: 1,
    parts: [],
    ...fields,
  };
}

function createState(...runs: readonly RunState[]): ChannelState {
  const byId = Object.fromEntries(runs.map((run) => [run.runId, run]));
  return { ...emptyChannelState, runs: byId, order: runs.map((run) => run.runId) };
}

function ask(runId: string): AskedQuestion {
  return { runId, question: "?", folder: "/", askedAt: new Date(1) };
}

const none = new Set<string>();
const toPlan = (work: ReturnType<typeof planWork>) => work.map(({ type, runId }) => [type, runId]);

test("begins the questions that have no run, in their order", () => {
  expect(toPlan(planWork(createState(), [ask("a"), ask("b")], none))).toEqual([
    ["begin", "a"],
    ["begin", "b"],
  ]);
});

test("takes up the runs that an earlier worker left open, before new questions", () => {
  const state = createState(createRun("a"));
  expect(toPlan(planWork(state, [ask("a"), ask("b")], none))).toEqual([
    ["take-up", "a"],
    ["begin", "b"],
  ]);
});

test("gives a sub-agent's open run up before its parent is taken up", () => {
  const state = createState(createRun("a"), createRun("a.survey", { parentRunId: "a" }));
  expect(toPlan(planWork(state, [ask("a")], none))).toEqual([
    ["give-up", "a.survey"],
    ["take-up", "a"],
  ]);
});

test("leaves alone what it has seen, and the sub-agents of it", () => {
  const state = createState(createRun("a"), createRun("a.survey", { parentRunId: "a" }));
  expect(planWork(state, [ask("a")], new Set(["a"]))).toEqual([]);
});

test("leaves alone what has ended", () => {
  const ended = (["success", "error", "cancelled", "abandoned"] as const).map((status) =>
    createRun(status, { status, completedAt: 2 }),
  );
  const questions = ended.map(({ runId }) => ask(runId));
  expect(planWork(createState(...ended), questions, none)).toEqual([]);
});
