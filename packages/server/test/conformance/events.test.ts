import { describe, expect, test } from "vitest";
import {
  completed,
  custom,
  someTime,
  started,
  thinking,
  toolCompleted,
  toolExecuting,
} from "./support/sample-events.ts";
import { publish, readLog, startServer } from "./support/server-under-test.ts";

test("[RW-EVT-1] refuses a type that it does not know", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  const answer = await publish(connection, [
    started("r"),
    { type: "agent_paused", runId: "r", time: someTime },
  ]);
  expect(answer).toMatchObject({ type: "error", code: "invalid_event", index: 1 });
  expect(await readLog(connection)).toEqual([]);
});

describe("[RW-EVT-3] refuses", () => {
  const long = "x".repeat(129);
  test.each<[string, object | string | null]>([
    ["what is no object", "agent_thinking"],
    ["null", null],
    ["a missing time", { ...thinking("r", "x"), time: undefined }],
    ["a time with a fraction", { ...thinking("r", "x"), time: 1.5 }],
    ["a time that is a string", { ...thinking("r", "x"), time: "now" }],
    ["an unknown kind", thinking("r", "x", { kind: "aside" })],
    ["a delta that is no string", thinking("r", "x", { delta: 7 })],
    ["a message without id", thinking("r", "x", { messageId: undefined })],
    ["a message with an empty id", thinking("r", "x", { messageId: "" })],
    ["an id that is too long", thinking("r", "x", { messageId: long })],
    ["a control character in an id", toolExecuting("r", "a\u0007b")],
    ["a tool without name", toolExecuting("r", "t", { name: undefined })],
    ["an unknown status", toolExecuting("r", "t", { status: "done" })],
    ["a fraction above 1", toolExecuting("r", "t", { progress: { fraction: 1.01 } })],
    ["a fraction below 0", toolExecuting("r", "t", { progress: { fraction: -0.1 } })],
    ["a tool's unknown outcome", toolCompleted("r", "t", { outcome: "abandoned" })],
    ["an error without message", toolCompleted("r", "t", { error: { name: "E" } })],
    ["a run's unknown outcome", completed("r", { outcome: "done" })],
    ["a key that is empty", custom("a", { runId: "r", key: "" })],
    ["an unknown priority", custom("a", { runId: "r", priority: "low" })],
  ])("%s", async (_, event) => {
    const { connect } = await startServer();
    const connection = await connect();
    await publish(connection, [started("r"), toolExecuting("r", "t")]);
    // A non-object and an event without runId count as the events that they fail to be.
    const answer = await publish(connection, [thinking("r", "fine"), event]);
    expect(answer).toMatchObject({ type: "error", code: "invalid_event", index: 1 });
    expect(await readLog(connection)).toHaveLength(2);
  });

  test.each([
    ["a lease that is too short", { leaseMs: 4_999 }],
    ["a lease that is too long", { leaseMs: 86_400_001 }],
    ["no agent", { agent: undefined }],
    ["an agent without name", { agent: { model: "m" } }],
    ["an agent whose name is too long", { agent: { name: long } }],
  ])("%s", async (_, fields) => {
    const { connect } = await startServer();
    const answer = await publish(await connect(), [started("r", fields)]);
    expect(answer).toMatchObject({ type: "error", code: "invalid_event", index: 0 });
  });
});

describe("[RW-EVT-4] surrogates", () => {
  test.each([
    ["a delta that ends inside a pair", thinking("r", "a\ud83d")],
    ["a delta that begins inside a pair", thinking("r", "\ude00a")],
    ["an input delta", toolExecuting("r", "t", { inputDelta: "a\ud83d" })],
    ["an output delta", toolExecuting("r", "t", { progress: { outputDelta: "\ude00a" } })],
  ])("refuses %s", async (_, event) => {
    const { connect } = await startServer();
    const answer = await publish(await connect(), [started("r"), event]);
    expect(answer).toMatchObject({ code: "invalid_event", index: 1 });
  });

  test("carries whole pairs, and lone ones elsewhere, as they are", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    const events = [
      started("r", { title: "lone \ud83d", input: "\ude00" }),
      thinking("r", "😀"),
      thinking("r", "a\ud83db"),
    ];
    await publish(connection, events);
    expect(await readLog(connection)).toEqual(
      events.map((event, index) => ({ ...event, offset: index + 1 })),
    );
  });
});

test("[RW-EVT-9] takes an event of exactly maxEventBytes and refuses one byte more", async () => {
  const { open } = await startServer();
  const connection = await open();
  const { maxEventBytes = 0 } = await connection.hello();
  const sized = (bytes: number) => {
    const empty = Buffer.byteLength(JSON.stringify(custom("big", { data: "ä" })));
    return custom("big", { data: `ä${"x".repeat(bytes - empty)}` });
  };
  expect(await publish(connection, [sized(maxEventBytes)])).toMatchObject({ type: "published" });
  const refused = await publish(connection, [custom("a"), sized(maxEventBytes + 1)]);
  expect(refused).toMatchObject({ code: "event_too_large", index: 1 });
  expect(await readLog(connection)).toHaveLength(1);
});

test("[RW-EVT-10] takes 100 levels of nesting, refuses the 101st, and survives 400 000", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  const send = (levels: number) => {
    const data = `${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}`;
    const event = `{"type":"custom","time":1,"name":"deep","data":${data}}`;
    connection.socket.sendText(
      `{"type":"publish","id":"${levels}","channel":"c","writer":"w","events":[${event}]}`,
    );
    return connection.next((message) => message.id === String(levels), `${levels} levels`);
  };
  expect(await send(100)).toMatchObject({ type: "published" });
  expect(await send(101)).toMatchObject({ code: "invalid_event", index: 0 });
  expect(await send(100_000)).toMatchObject({ code: "invalid_event", index: 0 });
});

test("[RW-EVT-16] carries values as they are: tags, look-alikes of tags, awkward keys", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  const data =
    '{"$date":"no date","$nonsense":[1],"__proto__":{"x":1},"constructor":null,"":[[],{}],"n":1e-7}';
  connection.socket.sendText(
    `{"type":"publish","id":"p","channel":"c","writer":"w","events":[{"type":"custom","time":1,"name":"a","data":${data}}]}`,
  );
  await connection.nextOf("published");
  await connection.request({ type: "subscribe", channel: "c" });
  const texts: string[] = [];
  connection.onMessage((message) => texts.push(JSON.stringify(message.events?.[0]?.data)));
  await connection.request({ type: "fetch", channel: "c", after: 0 });
  expect(texts.at(-1)).toBe(JSON.stringify(JSON.parse(data)));
});
