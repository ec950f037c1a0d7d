import { type ChannelState, emptyChannelState } from "@runwire/protocol";
import { expect, test } from "vitest";
import { toWaitingQuestions } from "../../src/page/run-list/waiting-questions.ts";

/** A channel in which these were asked, in that order, and some of them have a run that is loaded. */
function createState(asked: readonly string[], begun: readonly string[]): ChannelState {
  const question = Object.fromEntries(
    asked.map((runId, index) => {
      const data = { runId, question: "?", folder: "/", askedAt: new Date(index) };
      return [runId, { type: "custom" as const, name: "question", key: runId, data, time: index }];
    }),
  );
  const run = { agent: { name: "explorer" }, status: "success", startedAt: 0, parts: [] } as const;
  const runs = Object.fromEntries(begun.map((runId) => [runId, { ...run, runId }]));
  return { ...emptyChannelState, runs, order: begun, keyed: { question } };
}

const toIds = (state: ChannelState) => toWaitingQuestions(state).map(({ runId }) => runId);

test("shows the questions without a run, newest first", () => {
  expect(toIds(createState(["a", "b", "c"], ["a"]))).toEqual(["c", "b"]);
});

test("does not take a question for waiting whose run is among the older ones", () => {
  expect(toIds(createState(["old", "a", "b"], ["a"]))).toEqual(["b"]);
});

test("leaves out what is no question", () => {
  const part = { type: "custom", name: "question", key: "x", data: { runId: 1 }, time: 1 } as const;
  expect(toIds({ ...emptyChannelState, keyed: { question: { x: part } } })).toEqual([]);
});
