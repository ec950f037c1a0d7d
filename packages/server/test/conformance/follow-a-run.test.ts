import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSqliteStore } from "@runwire/store/sqlite";
import { expect, onTestFinished, test } from "vitest";
import type { BareConnection } from "./bare/bare-connection.ts";
import { foldChannel } from "./bare/fold.ts";
import { Follower } from "./bare/follower.ts";
import type { WireEvent } from "./bare/wire.ts";
import { reduceLog } from "./support/reduce-log.ts";
import {
  completed,
  custom,
  started,
  thinking,
  toolCompleted,
  toolExecuting,
} from "./support/sample-events.ts";
import { publish, readLog, startServer } from "./support/server-under-test.ts";

test("the bare client knows nothing of this repository but the text of PROTOCOL.md", () => {
  const folder = new URL("./bare/", import.meta.url);
  const files = readdirSync(folder);
  expect(files).toContain("follower.ts");
  for (const file of files) {
    const imports = readFileSync(new URL(file, folder), "utf8").match(/(?<=from ")[^"]+/g) ?? [];
    expect(imports.filter((path) => !/^(\.\/|node:)/.test(path))).toEqual([]);
  }
});

/** A run with a sub-run, tools that stream and values that JSON lacks: 1 + 60 × 8 + 2 events. */
async function writeRun(writer: BareConnection): Promise<void> {
  const write = (events: WireEvent[]) => publish(writer, events);
  await write([started("r", { input: { when: { $date: "2026-01-01T00:00:00.000Z" } } })]);
  await write([started("sub", { parentRunId: "r" })]);
  for (let step = 0; step < 60; step += 1) {
    const tool = `t${step}`;
    await write([thinking("r", `step ${step}: `), thinking("r", "wörds 😀 ")]);
    await write([thinking("sub", "aside ", { kind: "reasoning" })]);
    await write([
      toolExecuting("r", tool, { status: "preparing", inputDelta: '{"q":' }),
      toolExecuting("r", tool, { inputDelta: "1}", input: { q: 1 }, progress: { fraction: 0 } }),
      toolExecuting("r", tool, { progress: { fraction: 0.5, outputDelta: "line\n" } }),
    ]);
    await write([toolCompleted("r", tool, { output: { $bigint: `${step}` } })]);
    await write([custom("todo", { key: "list", data: [step] })]);
  }
  await write([completed("sub", { outcome: "cancelled" })]);
  await write([completed("r", { output: "done", usage: { inputTokens: 3 } })]);
}

const head = 2 + 60 * 8 + 2;

/** Follows the run to its end over connections that are cut again and again. */
async function followWithCuts(connect: () => Promise<BareConnection>): Promise<Follower> {
  const follower = new Follower("c");
  for (const mark of [1, 40, 41, 150, 152, 300, 430]) {
    const connection = await connect();
    follower.follow(connection);
    await follower.reaches(mark);
    connection.socket.cut();
  }
  follower.follow(await connect());
  await follower.reaches(head);
  return follower;
}

test("a second client follows a run exactly, however often it is cut, and folds to what the log says", async () => {
  const { connect } = await startServer();
  const writer = await connect();
  const writing = writeRun(writer);
  const followers = await Promise.all([followWithCuts(connect), followWithCuts(connect)]);
  await writing;
  const log = await readLog(writer);
  expect(log.map(({ offset }) => offset)).toEqual(Array.from({ length: head }, (_, i) => i + 1));
  const shown = reduceLog(log);
  expect(shown.runs.r?.status).toBe("success");
  for (const { events, ranges, resets } of followers) {
    expect(resets).toEqual([]);
    expect(ranges[0]?.[0]).toBe(0);
    for (const [index, [after]] of ranges.entries())
      if (index > 0) expect(after).toBe(ranges[index - 1]?.[1]);
    expect(foldChannel(events)).toEqual(shown);
  }
});

test("a second client goes on after the server was replaced in mid-run by another on the same store", async () => {
  const first = await startServer();
  const follower = new Follower("c");
  follower.follow(await first.connect());
  await publish(await first.connect(), [started("r"), thinking("r", "a")]);
  await follower.reaches(2);
  await first.server.close();
  const second = await startServer({ store: first.store });
  follower.follow(await second.connect());
  const writer = await second.connect();
  await publish(writer, [thinking("r", "b"), completed("r")]);
  await follower.reaches(4);
  expect(follower.resets).toEqual([]);
  expect(foldChannel(follower.events)).toEqual(reduceLog(await readLog(writer)));
});

test("a second client goes on after the store's file was closed and opened again", async () => {
  const folder = mkdtempSync(join(tmpdir(), "runwire-conformance-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "runs.db");
  const follower = new Follower("c");
  for (const [part, reached] of [
    ["a", 2],
    ["b", 3],
    ["c", 4],
  ] as const) {
    const store = createSqliteStore({ file });
    const { connect, server } = await startServer({ store });
    follower.follow(await connect());
    const writer = await connect();
    const first = part === "a" ? [started("r")] : [];
    await publish(writer, [...first, thinking("r", part)]);
    await follower.reaches(reached);
    expect(foldChannel(follower.events)).toEqual(reduceLog(await readLog(writer)));
    await server.close();
    await store.close();
  }
  expect(follower.resets).toEqual([]);
  expect(follower.events.map(({ delta }) => delta)).toEqual([undefined, "a", "b", "c"]);
});

test("a second client begins anew when the log was lost, and ends with exactly the new log", async () => {
  const first = await startServer();
  const follower = new Follower("c");
  follower.follow(await first.connect());
  await publish(await first.connect(), [started("r"), thinking("r", "of the lost log")]);
  await follower.reaches(2);
  const second = await startServer();
  const writer = await second.connect();
  await publish(writer, [started("r"), thinking("r", "of the new log"), completed("r")]);
  follower.follow(await second.connect());
  await follower.reaches(3);
  expect(follower.resets).toEqual(["epoch"]);
  expect(foldChannel(follower.events)).toEqual(reduceLog(await readLog(writer)));
});
