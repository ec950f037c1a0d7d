import { describe, expect, test } from "vitest";
import { opcodes } from "./bare/frames.ts";
import { custom } from "./support/sample-events.ts";
import { publish, startServer } from "./support/server-under-test.ts";

describe("[RW-LIVE-7] says reconnect before it closes", () => {
  test("1012, when the server drains", async () => {
    const { connect, server } = await startServer();
    const connections = [await connect(), await connect()];
    const closing = server.close();
    for (const connection of connections) {
      const { afterMs, reason } = await connection.nextOf("reconnect");
      expect(afterMs).toBeGreaterThanOrEqual(0);
      expect(reason).toEqual(expect.any(String));
      expect((await connection.closed).code).toBe(1012);
    }
    await closing;
  });

  test("4429, in place of welcome, when a user has too many connections", async () => {
    const { open, connect } = await startServer({
      authorize: () => true,
      limits: { maxConnectionsPerUser: 1 },
    });
    const first = await connect("ann");
    const second = await open();
    second.send({ type: "hello", token: "ann" });
    expect(await second.next(() => true)).toMatchObject({ type: "reconnect" });
    expect((await second.closed).code).toBe(4429);
    expect(await first.settle()).toMatchObject({ type: "pong" });
    await connect("bob");
  });
});

test("[RW-LIVE-9] closes 1003 on a binary frame", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  const payload = Buffer.from('{"type":"ping","at":1}');
  connection.socket.sendFrame({ opcode: opcodes.binary, isLast: true, payload });
  expect((await connection.closed).code).toBe(1003);
});

test("[RW-LIVE-9] closes 1007 on text that is not UTF-8", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  const payload = Buffer.from([0x22, 0xff, 0xfe, 0x22]);
  connection.socket.sendFrame({ opcode: opcodes.text, isLast: true, payload });
  expect((await connection.closed).code).toBe(1007);
});

test.each(["", "not JSON", "{", "null", "7", '"ping"', "[]", "{}", '{"type":5}', '{"type":null}'])(
  "[RW-LIVE-10] closes 4400 on %j",
  async (text) => {
    const { connect } = await startServer();
    const connection = await connect();
    connection.socket.sendText(text);
    expect((await connection.closed).code).toBe(4400);
  },
);

describe("[RW-LIVE-11] answers bad_message and stays, to", () => {
  test.each([
    ["an unknown type", { type: "teleport" }],
    ["an empty type", { type: "" }],
    ["a name that every object has", { type: "constructor" }],
    ["a message of the server", { type: "welcome" }],
    ["a subscribe without channel", { type: "subscribe" }],
    ["an unknown place to begin", { type: "subscribe", channel: "c", from: "end" }],
    ["half a position", { type: "subscribe", channel: "c", from: { epoch: "e" } }],
    ["a negative position", { type: "subscribe", channel: "c", from: { epoch: "e", offset: -1 } }],
    ["too many runs", { type: "subscribe", channel: "c", runs: 1001 }],
    ["a list of 101", { type: "list", channel: "c", limit: 101 }],
    ["a publish without writer", { type: "publish", channel: "c", events: [custom("a")] }],
    ["a renew of nothing", { type: "renew", channel: "c", writer: "w", runIds: [] }],
    [
      "a take that is not true",
      { type: "renew", channel: "c", writer: "w", runIds: ["r"], take: false },
    ],
    ["a command without name", { type: "command", channel: "c", runId: "r" }],
    ["a token that is no string", { type: "authenticate", token: 1 }],
  ])("%s", async (_, message) => {
    const { connect } = await startServer();
    const connection = await connect();
    const answer = await connection.request(message);
    expect(answer).toMatchObject({ type: "error", code: "bad_message" });
    expect(await connection.settle()).toMatchObject({ type: "pong" });
  });

  test.each([
    ["a ping without time", { type: "ping" }],
    ["a handled without commandId", { type: "handled" }],
    ["a report without code", { type: "report" }],
    ["a report of more than 2 KiB", { type: "report", code: "x", detail: "ä".repeat(1_025) }],
  ])("%s, which is no request", async (_, message) => {
    const { connect } = await startServer();
    const connection = await connect();
    connection.send(message);
    expect(await connection.nextOf("error")).toMatchObject({ code: "bad_message" });
    expect(await connection.settle()).toMatchObject({ type: "pong" });
  });

  test("but not to a report that is well-formed", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    connection.send({ type: "report", code: "hole", detail: "ä".repeat(1_024) });
    await connection.settle();
    expect(connection.unread).toEqual([]);
  });
});

test("[RW-LIVE-12] answers the tenth bad message in a minute and then closes 4400", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  for (let count = 1; count <= 10; count += 1) {
    const answer = await connection.request({ type: "nonsense" });
    expect(answer).toMatchObject({ code: "bad_message" });
  }
  expect((await connection.closed).code).toBe(4400);
});

test("[RW-LIVE-13] lets no connection notice what another does wrong", async () => {
  const { connect } = await startServer({ limits: { maxMessageBytes: 65_536 } });
  const watcher = await connect();
  await watcher.request({ type: "subscribe", channel: "c" });
  const misdeeds: ((culprit: Awaited<ReturnType<typeof connect>>) => void)[] = [
    ({ socket }) => socket.sendText("not JSON"),
    ({ socket }) => socket.sendText(`{"type":"report","code":${"[".repeat(60_000)}`),
    ({ socket }) => socket.sendText("x".repeat(100_000)),
    ({ socket }) =>
      socket.sendFrame({ opcode: opcodes.binary, isLast: true, payload: Buffer.of(1) }),
    ({ socket }) => socket.sendFrame({ opcode: 11, isLast: true, payload: Buffer.of(1) }),
    ({ socket }) =>
      socket.sendFrame({ opcode: opcodes.close, isLast: true, payload: Buffer.of(1) }),
    ({ socket }) => socket.cut(),
  ];
  for (const misdeed of misdeeds) {
    const culprit = await connect();
    misdeed(culprit);
    await culprit.closed;
  }
  await publish(watcher, [custom("a", { priority: "high" })]);
  expect(await watcher.nextOf("events")).toMatchObject({ events: [{ name: "a" }] });
});

test("[RW-LIVE-17] answers too many messages with rate_limited, says reconnect, and then closes 4429", async () => {
  const { connect } = await startServer({
    limits: { messageRate: { perSecond: 0.001, burst: 20 } },
  });
  const connection = await connect();
  for (let count = 0; count < 200; count += 1)
    connection.send({ type: "list", channel: "c", id: `${count}` });
  expect(await connection.next(({ code }) => code === "rate_limited")).toMatchObject({
    type: "error",
  });
  expect(await connection.nextOf("reconnect")).toHaveProperty("afterMs");
  expect((await connection.closed).code).toBe(4429);
});

describe("[RW-LIVE-18] an error", () => {
  test("names the id of what it answers, or else its channel, or else neither", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    const errorFor = async (message: object) => {
      connection.send({ ...message });
      const { id, channel } = await connection.nextOf("error");
      return { id, channel };
    };
    expect(await errorFor({ type: "list", id: "7", channel: "c", limit: 0 })).toEqual({ id: "7" });
    expect(await errorFor({ type: "list", id: 7, channel: "c" })).toEqual({ channel: "c" });
    expect(await errorFor({ type: "list", id: 7, channel: "a b" })).toEqual({});
  });

  test("leaves the connection open", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    expect(await publish(connection, [{}])).toMatchObject({ code: "invalid_event" });
    expect(await publish(connection, [custom("a")])).toMatchObject({ type: "published" });
  });
});

test("[RW-LIVE-19] shows no stack, query or secret of what went wrong inside", async () => {
  const { connect, store } = await startServer();
  const connection = await connect();
  store.read = () =>
    Promise.reject(new Error("SELECT secret FROM events; at Store.read (store.ts:1)"));
  const answer = await connection.request({ type: "fetch", channel: "c", after: 0 });
  expect(answer.type).toBe("error");
  expect(JSON.stringify(answer)).not.toMatch(/SELECT|secret|store\.ts/);
});
