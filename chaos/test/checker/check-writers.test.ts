import { expect, test } from "vitest";
import { checkHistory } from "../../src/checker/check-history.ts";
import type { AppendedEvent, History, HistoryEntry } from "../../src/checker/history.ts";

const runId = "r";
const names = (...history: History) => checkHistory(history).map(({ name }) => name);

const appended = (
  offset: number,
  event: Omit<AppendedEvent, "offset" | "marks">,
): HistoryEntry => ({
  ...{ type: "appended", at: offset, epoch: "e1" },
  events: [{ offset, marks: [`m${offset}`], ...event }],
});
const wrote = (offset: number, writer: string) => appended(offset, { runId, writer });
const taken = (writer: string): HistoryEntry => ({ type: "taken", runId, writer });
const held = (writer: string): HistoryEntry => ({ type: "held", runId, writer });
const aborted = (writer: string): HistoryEntry => ({ type: "aborted", runId, writer });
const attached = (writer: string): HistoryEntry => ({
  ...{ type: "attached", runId, writer },
  connection: { server: 1, order: 1 },
});
const command: HistoryEntry = { type: "command", id: "c1", runId };
const effect = (by: string): HistoryEntry => ({ type: "effect", id: "c1", by });
const wiped: HistoryEntry = { type: "wiped" };

test("two-writers: something of a writer comes into the log after another one has taken the run", () => {
  expect(names(wrote(1, "old"), taken("new"), wrote(2, "new"))).toEqual([]);
  expect(names(wrote(1, "old"), taken("new"), wrote(2, "old"))).toEqual(["two-writers"]);
  expect(names(taken("new"), taken("old"), wrote(1, "old"))).toEqual([]);
  // The server itself may end it.
  expect(names(taken("new"), appended(1, { runId, bound: "end" }))).toEqual([]);
  expect(names(taken("new"), wiped, wrote(1, "old"))).toEqual([]);
});

test("unaware-writer: whoever lost a run to another writer was not told", () => {
  expect(names(held("old"), taken("new"), held("new"), aborted("old"))).toEqual([]);
  expect(names(held("old"), taken("new"), held("new"))).toEqual(["unaware-writer"]);
  // A start whose answer comes after the take.
  expect(names(taken("new"), held("old"))).toEqual(["unaware-writer"]);
  expect(names(held("old"), taken("new"), aborted("old"), taken("old"), held("old"))).toEqual([]);
  expect(names(held("old"), taken("new"), wiped)).toEqual([]);
});

test("stale-owner: a command that was asked after a take was handled by the writer from before", () => {
  expect(names(taken("new"), attached("new"), command, effect("new"))).toEqual([]);
  expect(names(taken("new"), attached("new"), command, effect("old"))).toEqual(["stale-owner"]);
  // Nobody could know of the take yet, or the command is older than it.
  expect(names(taken("new"), command, effect("old"))).toEqual([]);
  expect(names(command, taken("new"), attached("new"), effect("old"))).toEqual([]);
  expect(names(taken("new"), attached("new"), command, taken("old"), effect("old"))).toEqual([]);
  // In a new log the run is whoever's writes it first.
  expect(names(taken("new"), attached("new"), command, wiped, effect("old"))).toEqual([]);
});

test("stale-owner: connections of another writer, from before a take, do not count", () => {
  const at = (order: number) => ({ runId, connection: { server: 1, order } });
  const before: HistoryEntry = { type: "attached", ...at(2), writer: "old" };
  const handedOver: HistoryEntry = { type: "handedOver", ...at(1) };
  const taker: HistoryEntry = { type: "attached", ...at(1), writer: "new" };
  expect(names(before, taken("new"), taker, handedOver)).toEqual([]);
  expect(names(before, taken("new"), handedOver)).toEqual([]);
  expect(names(taker, { ...before, writer: "new" }, handedOver)).toEqual(["stale-owner"]);
});

test("repeated-effect: two writers handled a command, and no take was between them", () => {
  expect(names(command, effect("one"), effect("two"))).toEqual(["repeated-effect"]);
  expect(names(command, effect("one"), taken("two"), effect("two"))).toEqual([]);
  expect(names(command, effect("one"), taken("two"), effect("one"))).toEqual(["repeated-effect"]);
  // What is asked again of a new log may be handled again, once by each who takes the run, and once as what is late.
  const [one, two] = [effect("one"), effect("two")];
  expect(names(command, one, wiped, one)).toEqual([]);
  expect(names(command, wiped, one, one)).toEqual([]);
  expect(names(command, wiped, one, taken("two"), two, two)).toEqual([]);
  expect(names(command, wiped, one, one, one)).toEqual(["repeated-effect"]);
  expect(names(command, wiped, one, two, effect("three"))).toEqual(["repeated-effect"]);
});

test("torn-run: a trim takes the beginning of a run that goes on, or ends within one", () => {
  const start = (offset: number, of: string) => appended(offset, { runId: of, bound: "start" });
  const end = (offset: number, of: string) => appended(offset, { runId: of, bound: "end" });
  const trimmed = (floor: number): HistoryEntry => ({ type: "trimmed", epoch: "e1", floor });
  const runs = [start(1, "a"), start(2, "b"), start(3, "c")];
  expect(names(...runs, end(4, "a"), trimmed(2))).toEqual([]);
  expect(names(...runs, end(4, "a"), trimmed(3))).toEqual(["torn-run"]);
  expect(names(...runs, trimmed(2), end(4, "a"))).toEqual(["torn-run"]);
  expect(names(...runs, end(4, "a"), end(5, "b"), end(6, "c"), trimmed(4))).toEqual(["torn-run"]);
});

test("wrong-refusal: a writer who keeps the rules is told that it does not", () => {
  const publish: HistoryEntry = { type: "publish", id: "w/1", marks: ["a"] };
  const refused = (code: string): HistoryEntry => ({ type: "refused", id: "w/1", code });
  expect(names(publish, refused("run_taken"))).toEqual([]);
  expect(names(publish, refused("invalid_event"))).toEqual(["wrong-refusal"]);
});

test("what was refused may be in the log once its writer has taken the run back", () => {
  const publish: HistoryEntry = { type: "publish", id: "w/1", marks: ["m1"] };
  const refused: HistoryEntry = { type: "refused", id: "w/1", code: "run_taken" };
  expect(names(publish, refused, wrote(1, "w"))).toEqual(["aborted-read"]);
  expect(names(publish, refused, taken("w"), wrote(1, "w"))).toEqual([]);
});
