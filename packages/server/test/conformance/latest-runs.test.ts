import { describe, expect, test } from "vitest";
import type { BareConnection } from "./bare/bare-connection.ts";
import type { WireEvent } from "./bare/wire.ts";
import { completed, custom, started, thinking } from "./support/sample-events.ts";
import { publish, startServer } from "./support/server-under-test.ts";

async function readUntil(connection: BareConnection, offset: number): Promise<WireEvent[]> {
  const events: WireEvent[] = [];
  for (let reached = 0; reached < offset; ) {
    const range = await connection.nextOf("events");
    events.push(...(range.events ?? []));
    reached = range.offset ?? 0;
  }
  return events;
}

const namesOf = (events: readonly WireEvent[]) => [
  ...new Set(events.map(({ runId, name }) => runId ?? name)),
];

describe("[RW-SUB-20] a subscription of the latest runs", () => {
  test("holds the last roots with their descendants, and the custom events that belong to them", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    await publish(connection, [custom("early"), custom("todo", { key: "k", data: 1 })]);
    await publish(connection, [started("r1"), completed("r1")]);
    await publish(connection, [custom("between")]);
    await publish(connection, [started("r2")]);
    await publish(connection, [started("r2.child", { parentRunId: "r2" })]);
    await publish(connection, [completed("r2.child")]);
    await publish(connection, [completed("r2")]);
    await publish(connection, [custom("late")]);
    const answer = await connection.request({ type: "subscribe", channel: "c", runs: 1 });
    expect(answer).toMatchObject({ olderRuns: true, offset: 10 });
    expect(namesOf(await readUntil(connection, 10))).toEqual(["todo", "r2", "r2.child", "late"]);
  });

  test("holds older roots that go on, themselves or in a descendant", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    await publish(connection, [started("open")]);
    await publish(connection, [started("parent")]);
    await publish(connection, [started("child", { parentRunId: "parent" })]);
    await publish(connection, [completed("parent")]);
    await publish(connection, [started("done"), completed("done")]);
    await publish(connection, [started("last"), completed("last")]);
    const answer = await connection.request({ type: "subscribe", channel: "c", runs: 1 });
    expect(answer).toMatchObject({ olderRuns: true });
    const runs = namesOf(await readUntil(connection, 8));
    expect(runs).toEqual(["open", "parent", "child", "last"]);
  });

  test("holds all where there is no root run, or none is left out", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    await publish(connection, [custom("a"), custom("b")]);
    const alone = await connection.request({ type: "subscribe", channel: "c", runs: 1 });
    expect(alone).not.toHaveProperty("olderRuns");
    expect(namesOf(await readUntil(connection, 2))).toEqual(["a", "b"]);
    await publish(connection, [started("r"), completed("r")]);
    const enough = await connection.request({ type: "subscribe", channel: "c", runs: 1 });
    expect(enough).not.toHaveProperty("olderRuns");
  });
});

describe("[RW-SUB-21] the choice of the latest runs", () => {
  test("is made once: what starts later comes as well", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    for (const runId of ["r1", "r2"]) await publish(connection, [started(runId), completed(runId)]);
    await connection.request({ type: "subscribe", channel: "c", runs: 1 });
    await readUntil(connection, 4);
    for (const runId of ["r3", "r4"]) await publish(connection, [started(runId), completed(runId)]);
    expect(namesOf(await readUntil(connection, 8))).toEqual(["r3", "r4"]);
  });

  test("is not made again by a resume", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    const { epoch } = await publish(connection, [started("r1"), thinking("r1", "x")]);
    await publish(connection, [completed("r1")]);
    for (const runId of ["r2", "r3"]) await publish(connection, [started(runId), completed(runId)]);
    const from = { epoch, offset: 2 };
    const answer = await connection.request({ type: "subscribe", channel: "c", from, runs: 1 });
    expect(answer).toMatchObject({ from: 2, offset: 7 });
    expect(answer).not.toHaveProperty("olderRuns");
    expect(namesOf(await readUntil(connection, 7))).toEqual(["r1", "r2", "r3"]);
  });
});
