import { describe, expect, test } from "vitest";
import { createCollectingLogger } from "../support/collecting-logger.ts";
import { createHeldStore } from "./support/held-store.ts";
import { completed, custom, started, thinking, toolCompleted } from "./support/sample-events.ts";
import { publish, readLog, startServer } from "./support/server-under-test.ts";

test("[RW-PUB-1] appends all events of a publish side by side, or none", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  const answer = await publish(connection, [started("r"), thinking("r", "a"), thinking("r", "b")]);
  expect(answer).toMatchObject({ type: "published", offset: 1 });
  await publish(connection, [thinking("r", "c"), toolCompleted("r", "t")]);
  expect(await publish(connection, [thinking("r", "d")])).toMatchObject({ offset: 4 });
  expect((await readLog(connection)).map(({ delta }) => delta)).toEqual([undefined, "a", "b", "d"]);
});

test("[RW-PUB-2] says published only after the store has the events", async () => {
  const { store, hold, release } = createHeldStore();
  const { connect } = await startServer({ store });
  const connection = await connect();
  hold();
  const answer = publish(connection, [custom("a")]);
  await connection.settle();
  await connection.settle();
  expect(connection.unread).toEqual([]);
  expect(await readLog(connection)).toEqual([]);
  release();
  expect(await answer).toMatchObject({ type: "published", offset: 1 });
});

describe("[RW-PUB-3] the same publish sent again", () => {
  const events = [started("r"), thinking("r", "x")];

  test("is answered as the first was, on any connection, and appends nothing", async () => {
    const { connect } = await startServer();
    const [first, second] = [await connect(), await connect()];
    const answer = await publish(first, events, { id: "7" });
    expect(await publish(first, events, { id: "7" })).toEqual(answer);
    expect(await publish(second, events, { id: "7" })).toEqual(answer);
    expect(await readLog(first)).toHaveLength(2);
  });

  test("is answered so when the run has ended, and whatever its events are", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    const answer = await publish(connection, events, { id: "7" });
    await publish(connection, [completed("r")]);
    expect(await publish(connection, events, { id: "7" })).toEqual(answer);
    expect(await publish(connection, [custom("other")], { id: "7" })).toEqual(answer);
    expect(await readLog(connection)).toHaveLength(3);
  });

  test("is answered so by another server on the same store", async () => {
    const first = await startServer();
    const answer = await publish(await first.connect(), events, { id: "7" });
    await first.server.close();
    const second = await startServer({ store: first.store });
    const connection = await second.connect();
    expect(await publish(connection, events, { id: "7" })).toEqual(answer);
    expect(await readLog(connection)).toHaveLength(2);
  });

  test("is appended once when it comes twice at the same time", async () => {
    const { connect } = await startServer();
    const [first, second] = [await connect(), await connect()];
    const answers = await Promise.all([
      publish(first, events, { id: "7" }),
      publish(second, events, { id: "7" }),
    ]);
    expect(answers[0]).toEqual(answers[1]);
    expect(await readLog(first)).toHaveLength(2);
  });

  test("is another one in another channel or of another writer", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    const event = [custom("a")];
    await publish(connection, event, { id: "7" });
    expect(await publish(connection, event, { id: "7", channel: "d" })).toMatchObject({
      offset: 1,
    });
    expect(await publish(connection, event, { id: "7", writer: "w2" })).toMatchObject({
      offset: 2,
    });
  });
});

test("[RW-PUB-4] asks for authorization before it looks up the key, and for the rules after", async () => {
  let isAllowed = true;
  const { connect } = await startServer({ authorize: () => isAllowed });
  const connection = await connect("ann");
  const answer = await publish(connection, [started("r"), completed("r")], { id: "7" });
  const late = [thinking("r", "late")];
  expect(await publish(connection, late, { id: "7" })).toEqual(answer);
  isAllowed = false;
  expect(await publish(connection, late, { id: "7" })).toMatchObject({ code: "forbidden" });
});

test("[RW-PUB-4] looks up the key before it looks at the events' own form", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  const answer = await publish(connection, [custom("a")], { id: "7" });
  for (const event of [{ type: "nonsense" }, custom("b", { data: "x".repeat(300_000) }), 7]) {
    expect(await publish(connection, [event], { id: "7" })).toEqual(answer);
    expect(await publish(connection, [event], { id: "8" })).toMatchObject({ type: "error" });
  }
  expect(await readLog(connection)).toHaveLength(1);
});

test("one id with two contents is counted, and told to the logger once, without who it was or what", async () => {
  const { logger, lines } = createCollectingLogger();
  const { connect, server } = await startServer({ logger });
  const connection = await connect();
  const first = [custom("a", { data: "s3cret" }), custom("b")];
  const answer = await publish(connection, first, { id: "s3cret-id", writer: "s3cret-writer" });
  const again = async (events: readonly unknown[]) => {
    const sent = { id: "s3cret-id", writer: "s3cret-writer" };
    expect(await publish(connection, events, sent)).toEqual(answer);
    return server.stats().conflictingPublishes;
  };
  expect(await again(first)).toBe(0);
  expect(await again([custom("a", { data: "s3cret!" }), custom("b")])).toBe(1);
  expect(await again([{ type: "nonsense" }])).toBe(2);
  expect(await again([...first, custom("c")])).toBe(3);
  // This server may allow less than the one that took it.
  expect(await again([custom("a", { data: "x".repeat(300_000) })])).toBe(3);
  expect((await server.diagnostics()).stats.conflictingPublishes).toBe(3);
  expect(lines.map(({ message }) => message)).toEqual([
    expect.stringContaining("a publish to channel c came again under its id with other events"),
  ]);
  expect(JSON.stringify(lines)).not.toContain("s3cret");
});

test("[RW-PUB-5] judges a publish anew that was refused before", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  const refused = await publish(connection, [thinking("r", "x")], { id: "7" });
  expect(refused).toMatchObject({ code: "run_not_found" });
  await publish(connection, [started("r")], { id: "8" });
  const taken = await publish(connection, [thinking("r", "x")], { id: "7" });
  expect(taken).toMatchObject({ type: "published", offset: 2 });
});

describe("[RW-PUB-7] is a bad message:", () => {
  test.each([
    ["events of two runs", [started("r1"), started("r2")]],
    ["events of a run and of the channel", [started("r1"), custom("a")]],
    ["no events", []],
    ["257 events", Array.from({ length: 257 }, () => custom("a"))],
    ["no array", "events"],
  ])("%s", async (_, events) => {
    const { connect } = await startServer();
    const connection = await connect();
    const request = { type: "publish", channel: "c", writer: "w", events };
    expect(await connection.request(request)).toMatchObject({ type: "error", code: "bad_message" });
    expect(await readLog(connection)).toEqual([]);
  });

  test("but 256 events are not", async () => {
    const { connect } = await startServer();
    const events = Array.from({ length: 256 }, () => custom("a"));
    expect(await publish(await connect(), events)).toMatchObject({ type: "published" });
  });
});

test("[RW-PUB-9] handles publishes and renewals of a connection to a channel one after another", async () => {
  const { store, begun, hold, release } = createHeldStore();
  const { connect } = await startServer({ store });
  const connection = await connect();
  const answered: (string | undefined)[] = [];
  connection.onMessage(({ id }) => id !== undefined && answered.push(id));
  hold();
  const writer = "writer-1";
  connection.send({ type: "publish", id: "1", channel: "c", writer, events: [started("r")] });
  connection.send({ type: "renew", id: "2", channel: "c", writer, runIds: ["r"] });
  connection.send({ type: "publish", id: "3", channel: "c", writer, events: [thinking("r", "x")] });
  connection.send({ type: "publish", id: "4", channel: "c", writer, events: [completed("r")] });
  await connection.settle();
  expect(begun).toEqual(["1"]);
  release();
  expect(await connection.next(({ id }) => id === "2")).toMatchObject({ lost: [] });
  expect(await connection.next(({ id }) => id === "4")).toMatchObject({ type: "published" });
  expect(answered).toEqual(["1", "2", "3", "4"]);
  expect((await readLog(connection)).map(({ type }) => type)).toEqual([
    "agent_started",
    "agent_thinking",
    "agent_completed",
  ]);
});

test("[RW-PUB-10] drops the publishes that it has not begun when the connection ends", async () => {
  const { store, hold, release } = createHeldStore();
  const { connect, server } = await startServer({ store });
  const [connection, other] = [await connect(), await connect()];
  hold();
  for (const id of ["1", "2"])
    connection.send({ type: "publish", id, channel: "c", writer: "w", events: [custom(id)] });
  await connection.settle();
  connection.socket.cut();
  while (server.stats().connections > 1) await other.settle();
  release();
  await publish(other, [custom("after")]);
  expect((await readLog(other)).map(({ name }) => name)).toEqual(["1", "after"]);
});

test("[RW-PUB-11] leaves the socket unread while too much waits for the store, loses nothing and never closes", async () => {
  const { store, hold, release } = createHeldStore();
  const { connect } = await startServer({ store, limits: { maxPendingBytes: 10_000 } });
  const [connection, other] = [await connect(), await connect()];
  let isPinged = false;
  hold();
  const data = "x".repeat(20_000);
  const answers = Array.from({ length: 100 }, () => publish(connection, [custom("a", { data })]));
  const pong = connection.settle().then(() => {
    isPinged = true;
  });
  for (let count = 0; count < 10; count += 1) await other.settle();
  expect(isPinged).toBe(false);
  release();
  const offsets = (await Promise.all(answers)).map(({ offset }) => offset);
  await pong;
  expect(offsets).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
});
