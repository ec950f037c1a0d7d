import { createMemoryStore } from "@runwire/store";
import { describe, expect, test } from "vitest";
import type { WireMessage } from "./bare/wire.ts";
import { gate } from "./support/gate.ts";
import { completed, custom, started, thinking } from "./support/sample-events.ts";
import { publish, startServer } from "./support/server-under-test.ts";

const subscribe = { type: "subscribe", channel: "c" };

describe("[RW-SUB-16] a position that cannot be continued", () => {
  test("of another epoch is reset, and delivery begins from the start", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    const { epoch } = await publish(connection, [custom("a"), custom("b")]);
    const from = { epoch: "another", offset: 1 };
    const answer = await connection.request({ ...subscribe, from });
    expect(answer).toMatchObject({ reset: "epoch", epoch, offset: 2 });
    const range = await connection.nextOf("events");
    expect(range.events?.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  test("beyond the head is reset as ahead, also where the log is empty", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    const { epoch } = await connection.request({ type: "fetch", channel: "c", after: 0 });
    const empty = await connection.request({ ...subscribe, from: { epoch, offset: 1 } });
    expect(empty).toMatchObject({ reset: "ahead", offset: 0, from: 0 });
    await publish(connection, [custom("a")]);
    const answer = await connection.request({ ...subscribe, from: { epoch, offset: 2 } });
    expect(answer).toMatchObject({ reset: "ahead", offset: 1 });
  });

  test("at the head is none: it is continued", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    const { epoch, offset } = await publish(connection, [custom("a")]);
    const answer = await connection.request({ ...subscribe, from: { epoch, offset } });
    expect(answer).toMatchObject({ from: 1, offset: 1 });
    expect(answer).not.toHaveProperty("reset");
  });

  test("chooses the latest runs again, as the subscribe asked", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    for (const runId of ["r1", "r2", "r3"])
      await publish(connection, [started(runId), completed(runId)]);
    const from = { epoch: "another", offset: 1 };
    const answer = await connection.request({ ...subscribe, from, runs: 1 });
    expect(answer).toMatchObject({ reset: "epoch", olderRuns: true });
    const { events } = await connection.next(
      ({ type, offset }) => type === "events" && offset === 6,
    );
    expect(events?.map(({ runId }) => runId)).toEqual(["r3", "r3"]);
  });
});

test("[RW-SUB-17] resets a living subscription whose channel was deleted, unasked", async () => {
  const { connect, store } = await startServer();
  const connection = await connect();
  const { epoch } = await publish(connection, [custom("a"), custom("b")]);
  await connection.request(subscribe);
  await store.deleteChannel("c");
  const again = await publish(connection, [custom("d", { priority: "high" })]);
  const reset = await connection.next(({ type, id }) => type === "subscribed" && id === undefined);
  expect(reset).toMatchObject({ channel: "c", reset: "epoch", from: 0, epoch: again.epoch });
  expect(reset.epoch).not.toBe(epoch);
  const isNew = ({ type, events = [] }: WireMessage) =>
    type === "events" && events.some(({ name }) => name === "d");
  expect(await connection.next(isNew, "the new event")).toMatchObject({ after: 0, offset: 1 });
});

test("[RW-SUB-17] resets nobody because a look at the head came late", async () => {
  const store = createMemoryStore();
  const { pass, open } = gate();
  const { connect } = await startServer({ store });
  const [watcher, late] = [await connect(), await connect()];
  await watcher.request(subscribe);
  const { head } = store;
  store.head = async (channel) => {
    const then = await head.call(store, channel);
    await pass;
    return then;
  };
  const answer = late.request(subscribe);
  await late.settle();
  await publish(watcher, [started("r")]);
  expect(await watcher.nextOf("events")).toMatchObject({ offset: 1 });
  open();
  expect(await answer).toMatchObject({ type: "subscribed", from: 0 });
  expect(await late.nextOf("events")).toMatchObject({ after: 0, offset: 1 });
  await watcher.settle();
  for (const { unread } of [watcher, late])
    expect(unread.filter(({ type }) => type === "subscribed")).toEqual([]);
});

test("[RW-SUB-17] resets a living subscription that lags behind what is trimmed", async () => {
  const slowReader = { maxBufferedBytes: 400_000, resumeBelowBytes: 100_000 };
  const { connect, store } = await startServer({ slowReader });
  const [reader, writer] = [await connect(), await connect()];
  await reader.request(subscribe);
  reader.socket.pause();
  await publish(writer, [started("old")]);
  const data = "x".repeat(200_000);
  for (let count = 0; count < 100; count += 1)
    await publish(writer, [custom("big", { runId: "old", data, priority: "high" })]);
  await publish(writer, [completed("old")]);
  await publish(writer, [started("new")]);
  expect(await store.trim("c", 103)).toBe(103);
  reader.socket.resume();
  const reset = await reader.next(({ type }) => type === "subscribed");
  expect(reset).toMatchObject({ reset: "trimmed", olderRuns: true, offset: 103 });
  expect(reset).not.toHaveProperty("id");
  const isNew = ({ type, events = [] }: WireMessage) =>
    type === "events" && events.some(({ runId }) => runId === "new");
  expect(await reader.next(isNew)).toMatchObject({ offset: 103 });
});

/** Offsets 1–2 of the channel, 3–5 of the run that is trimmed, from 6 on of the one that is kept. */
async function startTrimmed() {
  const under = await startServer();
  const connection = await under.connect();
  await publish(connection, [custom("todo", { key: "k", data: 1 }), custom("note")]);
  await publish(connection, [started("old"), thinking("old", "x"), completed("old")]);
  const { epoch } = await publish(connection, [started("new"), completed("new")]);
  expect(await under.store.trim("c", 6)).toBe(6);
  return { ...under, connection, epoch };
}

describe("[RW-SUB-19] a trimmed log", () => {
  test("resets a position below the floor − 1, and says that runs were left out", async () => {
    const { connection, epoch } = await startTrimmed();
    const answer = await connection.request({ ...subscribe, from: { epoch, offset: 4 } });
    expect(answer).toMatchObject({ reset: "trimmed", epoch, offset: 7, olderRuns: true });
    const { events } = await connection.next(
      ({ type, offset }) => type === "events" && offset === 7,
    );
    expect(events?.map(({ runId }) => runId).filter(Boolean)).toEqual(["new", "new"]);
  });

  test("continues a position at the floor − 1", async () => {
    const { connection, epoch } = await startTrimmed();
    const answer = await connection.request({ ...subscribe, from: { epoch, offset: 5 } });
    expect(answer).toMatchObject({ from: 5, offset: 7 });
    expect(answer).not.toHaveProperty("reset");
  });

  test("keeps the latest keyed custom of the channel, and no offset is given again", async () => {
    const { connection, epoch } = await startTrimmed();
    expect(await connection.request(subscribe)).toMatchObject({ olderRuns: true });
    const names: unknown[] = [];
    for (let reached = 0; reached < 7; ) {
      const range = await connection.nextOf("events");
      names.push(...(range.events ?? []).map(({ name, runId }) => name ?? runId));
      reached = range.offset ?? 0;
    }
    expect(names).toEqual(["todo", "new", "new"]);
    expect(await publish(connection, [custom("next")])).toMatchObject({ epoch, offset: 8 });
    expect(await connection.request({ type: "fetch", channel: "c", after: 0 })).toMatchObject({
      trimmed: true,
    });
  });

  test("is never trimmed past a root run that goes on", async () => {
    const { connect, store } = await startServer();
    const connection = await connect();
    await publish(connection, [started("goes-on")]);
    await publish(connection, [started("later"), completed("later")]);
    expect(await store.trim("c", 2)).toBe(1);
    const answer = await connection.request(subscribe);
    expect(answer).not.toHaveProperty("olderRuns");
  });
});
