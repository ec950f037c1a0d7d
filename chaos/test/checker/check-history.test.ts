import { expect, test } from "vitest";
import { checkHistory } from "../../src/checker/check-history.ts";
import type { History, HistoryEntry, StartOfReading } from "../../src/checker/history.ts";

const subscriber = "s1";
const epoch = "e1";

const marked = (from: number, ...marks: readonly string[]) =>
  marks.map((mark, index) => ({ offset: from + index, marks: [mark] }));
const appended = (from: number, ...marks: readonly string[]): HistoryEntry => ({
  ...{ type: "appended", at: from * 1_000, epoch },
  events: marked(from, ...marks),
});
const handed = (from: number, ...marks: readonly string[]): HistoryEntry => ({
  ...{ type: "handed", subscriber },
  events: marked(from, ...marks),
});
const log = (...marks: readonly string[]): HistoryEntry => ({
  ...{ type: "log", epoch, floor: 1 },
  events: marked(1, ...marks),
});
const subscribe = (from: StartOfReading = "start"): HistoryEntry => ({
  ...{ type: "subscribe", subscriber, user: "ann", from },
});
const publish = (id: string, ...marks: readonly string[]): HistoryEntry => ({
  ...{ type: "publish", id, marks },
});
const published = (id: string, offset: number): HistoryEntry => ({
  ...{ type: "published", id, epoch, offset },
});
const rest: HistoryEntry = { type: "rest", subscriber };

const names = (...history: History) => checkHistory(history).map(({ name }) => name);

test("a history in which all was kept and handed over has no anomaly", () => {
  const history: History = [
    ...[subscribe(), publish("p1", "a", "b"), appended(1, "a", "b"), published("p1", 1)],
    ...[publish("p2", "c"), handed(1, "a"), handed(2, "b"), appended(3, "c"), handed(3, "c")],
    ...[log("a", "b", "c"), rest],
  ];
  expect(checkHistory(history)).toEqual([]);
});

test("events that a frame has merged are all there, at the place of the first one", () => {
  const frame: HistoryEntry = {
    ...{ type: "handed", subscriber },
    events: [
      { offset: 1, marks: ["a", "c"] },
      { offset: 2, marks: ["b"] },
    ],
  };
  expect(names(subscribe(), appended(1, "a", "b", "c"), frame)).toEqual([]);
});

test("lost-write: what was acknowledged is not in the log, or was and is gone", () => {
  expect(names(publish("p", "a"), published("p", 1), log())).toEqual(["lost-write"]);
  const gone = [publish("p", "a"), appended(1, "a"), published("p", 1), log()];
  expect(names(...gone)).toEqual(["lost-write"]);
});

test("duplicate: a publish is in the log twice, or was handed over twice", () => {
  expect(names(appended(1, "a", "b", "a"))).toEqual(["duplicate"]);
  const twice = [subscribe(), appended(1, "a", "b"), handed(1, "a"), handed(1, "a")];
  expect(names(...twice)).toEqual(["duplicate"]);
  const early = [appended(1, "a", "b"), subscribe({ epoch, offset: 1 }), handed(1, "a", "b")];
  expect(names(...early)).toEqual(["duplicate"]);
});

test("inconsistent-offset: an event is elsewhere than was said, or a place has another event", () => {
  const elsewhere = [publish("p", "b"), appended(1, "a", "b"), published("p", 1)];
  expect(names(...elsewhere)).toEqual(["inconsistent-offset"]);
  expect(names(subscribe(), appended(1, "a"), handed(7, "a"))).toEqual(["inconsistent-offset"]);
  expect(names(appended(1, "a"), log("b"))).toEqual(["inconsistent-offset"]);
  expect(names(appended(1, "a"), appended(3, "c"))).toEqual(["inconsistent-offset"]);
});

test("poll-skip: an event was left out, at the beginning or later", () => {
  const written = appended(1, "a", "b", "c");
  expect(names(subscribe(), written, handed(2, "b"))).toEqual(["poll-skip"]);
  expect(names(subscribe(), written, handed(1, "a"), handed(3, "c"))).toEqual(["poll-skip"]);
});

test("what was trimmed need not be handed over; what begins elsewhere leaves something out", () => {
  const trimmed = (floor: number): HistoryEntry => ({ type: "trimmed", epoch, floor });
  const read = [appended(1, "a", "b", "c"), subscribe(), handed(3, "c")];
  expect(names(trimmed(3), ...read)).toEqual([]);
  expect(names(trimmed(2), ...read)).toEqual(["poll-skip"]);
});

test("nonmonotonic: an earlier event comes after a later one", () => {
  const backwards: HistoryEntry = {
    ...{ type: "handed", subscriber },
    events: marked(1, "a", "b").reverse(),
  };
  expect(names(subscribe(), appended(1, "a", "b"), backwards)).toEqual(["nonmonotonic"]);
  const late = [subscribe("now"), appended(1, "a", "b"), handed(2, "b"), handed(1, "a")];
  expect(names(...late)).toEqual(["nonmonotonic"]);
});

test("aborted-read: what was refused is in the log, or what was never written is handed over", () => {
  const refused: History = [publish("p", "a"), appended(1, "a"), { type: "refused", id: "p" }];
  expect(names(...refused)).toEqual(["aborted-read"]);
  expect(names(subscribe(), appended(1, "a"), handed(1, "x"))).toEqual(["aborted-read"]);
});

test("unseen: in the end somebody has not had everything", () => {
  const written = [subscribe(), appended(1, "a", "b"), log("a", "b")];
  expect(names(...written, handed(1, "a"), rest)).toEqual(["unseen"]);
  expect(names(...written, rest)).toEqual(["unseen"]);
  const resumed = [...written, subscribe({ epoch, offset: 1 }), rest];
  expect(names(...resumed)).toEqual(["unseen"]);
});

test("silent-reset: another log goes on where one ended, and nobody said so", () => {
  const other: HistoryEntry = { type: "appended", at: 0, epoch: "e2", events: marked(1, "x", "y") };
  const mixed = [subscribe(), appended(1, "a", "b"), other, handed(1, "a", "b"), handed(2, "y")];
  expect(names(...mixed)).toEqual(["silent-reset"]);
  const told: HistoryEntry = { type: "reset", subscriber };
  const anew = [subscribe(), appended(1, "a"), other, handed(1, "a"), told, handed(1, "x")];
  expect(names(...anew)).toEqual([]);
});

test("isolation: somebody is handed what was written after they lost their right", () => {
  const revoked: HistoryEntry = { type: "revoked", at: 500, user: "ann", graceMs: 1_000 };
  const before = [subscribe(), revoked, appended(1, "a"), handed(1, "a")];
  expect(names(...before)).toEqual([]);
  expect(names(...before, appended(2, "b"), handed(2, "b"))).toEqual(["isolation"]);
});

test("one who asked for the last runs has what is older left out, and nothing twice or late", () => {
  const latest: HistoryEntry = {
    type: "subscribe",
    subscriber,
    user: "ann",
    from: "start",
    runs: 1,
  };
  const written = appended(1, "a", "b", "c", "d");
  expect(names(latest, written, handed(2, "b"), handed(4, "d"))).toEqual([]);
  expect(names(latest, written, handed(2, "b"), handed(2, "b"))).toEqual(["duplicate"]);
  expect(names(latest, written, handed(4, "d"), handed(2, "b"))).toEqual(["nonmonotonic"]);
  expect(names(latest, written, log("a", "b", "c", "d"), handed(2, "b"), rest)).toEqual([]);
});

test("repeated-effect: a command was carried out twice", () => {
  const command: HistoryEntry = { type: "command", id: "c1" };
  const effect: HistoryEntry = { type: "effect", id: "c1" };
  const answer: HistoryEntry = { type: "commanded", id: "c1" };
  expect(names(command, effect, answer)).toEqual([]);
  expect(names(command, effect)).toEqual([]);
  expect(names(command, effect, effect, answer)).toEqual(["repeated-effect"]);
});

test("lost-effect: a command was answered, and nobody carried it out", () => {
  expect(names({ type: "command", id: "c1" }, { type: "commanded", id: "c1" })).toEqual([
    "lost-effect",
  ]);
});

test("stale-owner: a command goes to a connection while a later one of the run lives", () => {
  const at = (order: number) => ({ connection: { server: 1, order }, runId: "r" });
  const both: History = [
    { type: "attached", ...at(1) },
    { type: "attached", ...at(2) },
  ];
  expect(names(...both, { type: "handedOver", ...at(2) })).toEqual([]);
  expect(names(...both, { type: "handedOver", ...at(1) })).toEqual(["stale-owner"]);
  const gone: HistoryEntry = { type: "gone", connection: { server: 1, order: 2 } };
  expect(names(...both, gone, { type: "handedOver", ...at(1) })).toEqual([]);
});
