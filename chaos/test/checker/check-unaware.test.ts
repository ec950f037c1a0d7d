import { expect, test } from "vitest";
import { checkUnaware } from "../../src/checker/check-writers.ts";
import type { History, HistoryEntry } from "../../src/checker/history.ts";

const runId = "r";
const held: HistoryEntry = { type: "held", runId, writer: "old" };
const taken: HistoryEntry = { type: "taken", runId, writer: "new" };
const wiped: HistoryEntry = { type: "wiped" };
const publish: HistoryEntry = { type: "publish", id: "old/2", marks: ["m"] };
const published: HistoryEntry = { type: "published", id: "old/2", epoch: "e1", offset: 1 };
const appended = (bound?: "end"): HistoryEntry => ({
  ...{ type: "appended", at: 1, epoch: "e1" },
  events: [{ offset: 1, marks: ["m"], runId, writer: "old", ...(bound && { bound }) }],
});
const isClean = (...history: History) => checkUnaware(history).length === 0;

test("whoever was told that its run has ended has nothing to hear, when a new log has the run go on", () => {
  expect(isClean(held, publish, appended("end"), published, wiped, taken)).toBe(true);
  expect(isClean(held, publish, appended("end"), wiped, published, taken)).toBe(true);
});

test("whoever was not told that its run has ended, or holds it anew, is to hear of a take", () => {
  expect(isClean(held, publish, appended("end"), wiped, taken)).toBe(false);
  expect(isClean(held, publish, appended(), published, wiped, taken)).toBe(false);
  expect(isClean(held, publish, appended("end"), published, wiped, held, taken)).toBe(false);
});
