import { describe, expect, test } from "vitest";
import { opcodes } from "./bare/frames.ts";
import { custom, started } from "./support/sample-events.ts";
import { publish, readLog, startServer } from "./support/server-under-test.ts";

test("[RW-MSG-1] ignores fields that it does not know", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  const request = { type: "subscribe", channel: "c", colour: "red", deep: { er: [1] } };
  expect(await connection.request(request)).toMatchObject({ type: "subscribed" });
  expect(await publish(connection, [custom("a", { colour: "red" })])).toMatchObject({ offset: 1 });
});

describe("[RW-MSG-2] an optional field that is null", () => {
  test.each([
    { type: "subscribe", channel: "c", from: null },
    { type: "subscribe", channel: "c", runs: null },
    { type: "fetch", channel: "c", after: 0, limit: null },
    { type: "fetch", channel: "c", after: 0, runId: null },
    { type: "list", channel: "c", before: null },
    { type: "renew", channel: "c", writer: "w", runIds: ["r"], take: null },
  ])("is a bad message: $type", async (message) => {
    const { connect } = await startServer();
    const answer = await (await connect()).request(message);
    expect(answer).toMatchObject({ type: "error", code: "bad_message" });
  });

  test("is an invalid event, but for values", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    const refused = await publish(connection, [started("r", { title: null })]);
    expect(refused).toMatchObject({ code: "invalid_event", index: 0 });
    await publish(connection, [started("r", { input: null, metadata: null })]);
    expect((await readLog(connection))[0]).toMatchObject({ input: null, metadata: null });
  });
});

test("[RW-MSG-3] answers each request once", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  const requests = [
    { type: "subscribe", channel: "c" },
    { type: "publish", channel: "c", writer: "w", events: [started("r")] },
    { type: "renew", channel: "c", writer: "w", runIds: ["r"] },
    { type: "fetch", channel: "c", after: 0 },
    { type: "list", channel: "c" },
    { type: "command", channel: "c", runId: "no-such-run", name: "cancel" },
    { type: "authenticate", token: "t" },
    { type: "unsubscribe", channel: "c" },
    { type: "no-such-type" },
  ].map((message, index) => ({ ...message, id: String(index) }));
  for (const request of requests) connection.send(request);
  const answers: string[] = [];
  for (const { id } of requests)
    answers.push((await connection.next((message) => message.id === id, id)).type);
  await connection.settle();
  expect(connection.unread.filter((message) => message.id !== undefined)).toEqual([]);
  expect(answers.slice(0, 6)).toEqual([
    "subscribed",
    "published",
    "renewed",
    "fetched",
    "listed",
    "error",
  ]);
  expect(answers.slice(7)).toEqual(["unsubscribed", "error"]);
});

describe("[RW-MSG-4] names", () => {
  test.each(["", "a b", "a//b", "/a", "a/", "a/../b", "./a", "ü", "a\n", "x".repeat(201)])(
    "%j names no channel",
    async (channel) => {
      const { connect } = await startServer();
      const answer = await (await connect()).request({ type: "subscribe", channel });
      expect(answer).toMatchObject({ type: "error", code: "bad_message" });
    },
  );

  test.each(["a", "chat:42", "a/b.c/..d", "user@host+x-y_z", "x".repeat(200)])(
    "%j names a channel",
    async (channel) => {
      const { connect } = await startServer();
      const answer = await (await connect()).request({ type: "subscribe", channel });
      expect(answer).toMatchObject({ type: "subscribed", channel });
    },
  );

  test.each(["", "a/b", "a b", "x".repeat(129)])("%j names no run", async (runId) => {
    const { connect } = await startServer();
    const connection = await connect();
    expect(await publish(connection, [started(runId)])).toMatchObject({ code: "invalid_event" });
    const renewal = { type: "renew", channel: "c", writer: "w", runIds: [runId] };
    expect(await connection.request(renewal)).toMatchObject({ code: "bad_message" });
  });

  test("an id has 1 to 128 code units", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    const longest = "i".repeat(128);
    const answer = await connection.request({ type: "list", channel: "c", id: longest });
    expect(answer.type).toBe("listed");
    for (const id of ["", "i".repeat(129), 7]) {
      connection.send({ type: "list", channel: "c", id });
      expect(await connection.nextOf("error")).toMatchObject({ code: "bad_message", channel: "c" });
    }
  });
});

describe("[RW-MSG-5] the size of a message", () => {
  test("closes 1009 when a client passes it, in one frame or in many", async () => {
    const { connect } = await startServer({ limits: { maxMessageBytes: 4_096 } });
    const whole = await connect();
    whole.socket.sendText(
      JSON.stringify({ type: "report", code: "x", padding: "x".repeat(4_096) }),
    );
    expect((await whole.closed).code).toBe(1009);

    const pieces = await connect();
    const payload = Buffer.from("x".repeat(1_500));
    for (const opcode of [opcodes.text, opcodes.continuation, opcodes.continuation])
      pieces.socket.sendFrame({ opcode, isLast: false, payload });
    expect((await pieces.closed).code).toBe(1009);
  });

  test("is kept by a delivery of the latest runs, however much keyed custom comes with it", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    const sizes: number[] = [];
    connection.onMessage((message) => sizes.push(Buffer.byteLength(JSON.stringify(message))));
    const data = "x".repeat(200_000);
    for (let key = 0; key < 10; key += 1)
      await publish(connection, [custom("big", { key: `${key}`, data })]);
    await publish(connection, [started("r")]);
    await connection.request({ type: "subscribe", channel: "c", runs: 1 });
    await connection.next(({ type, offset }) => type === "events" && offset === 11, "the end");
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_048_576);
  });

  test("is kept by a list, which is shorter then", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    const title = "x".repeat(200_000);
    const ids = Array.from({ length: 10 }, (_, index) => `r${index}`);
    for (const runId of ids) await publish(connection, [started(runId, { title })]);
    const listed: string[] = [];
    for (let more: boolean | undefined = true; more; ) {
      const before = listed.length > 0 ? { before: listed.at(-1) } : {};
      const page = await connection.request({ type: "list", channel: "c", ...before });
      expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThanOrEqual(1_048_576);
      listed.push(...(page.runs ?? []).map(({ runId }) => runId));
      more = page.more;
    }
    expect(listed).toEqual(ids.reverse());
  });

  test("is kept by the answers to nonsense as well", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    const long = "x".repeat(1_000_000);
    const sizes: number[] = [];
    connection.onMessage((message) => sizes.push(JSON.stringify(message).length));
    connection.send({ type: long });
    connection.send({ type: "list", id: 7, channel: long });
    connection.send({ type: "subscribe", id: long, channel: "c" });
    connection.send({ type: "command", id: "1", channel: "c", runId: "r", name: long });
    connection.send({
      type: "publish",
      id: "2",
      channel: "c",
      writer: "w",
      events: [{ type: long }],
    });
    for (let count = 0; count < 5; count += 1) await connection.nextOf("error");
    expect(Math.max(...sizes)).toBeLessThan(2_000);
  });

  test("is announced, and kept by the server itself", async () => {
    const { open } = await startServer();
    const connection = await open();
    const { maxMessageBytes = 0 } = await connection.hello();
    const sizes: number[] = [];
    connection.onMessage((message) => sizes.push(Buffer.byteLength(JSON.stringify(message))));
    const big = "x".repeat(200_000);
    for (let count = 0; count < 8; count += 1)
      await publish(connection, [custom("big", { data: big })]);
    await connection.request({ type: "subscribe", channel: "c" });
    await connection.next(
      ({ type, offset }) => type === "events" && offset === 8,
      "the last range",
    );
    const page = await connection.request({ type: "fetch", channel: "c", after: 0 });
    expect(page.offset).toBeGreaterThan(0);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(maxMessageBytes);
  });
});

test("a message may come in fragments, with a ping between them, and in pieces of any size", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  const { socket } = connection;
  const bytes = Buffer.from('{"type":"ping","at":1,"é😀":"ü"}');
  for (const [index, byte] of bytes.entries()) {
    const opcode = index === 0 ? opcodes.text : opcodes.continuation;
    socket.sendFrame({ opcode, isLast: index === bytes.length - 1, payload: Buffer.of(byte) });
    if (index === 5) socket.sendFrame({ opcode: opcodes.ping, isLast: true, payload: Buffer.of() });
  }
  expect(await connection.nextOf("pong")).toMatchObject({ at: 1 });
});

test("[RW-MSG-6] takes 200 levels of nesting, answers the 201st with bad_message, and survives 400 000", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  const nested = (levels: number, id: string) =>
    connection.socket.sendText(
      `{"type":"command","id":"${id}","channel":"c","runId":"r","name":"x","data":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`,
    );
  for (const levels of [200, 201, 400_000]) nested(levels, `levels-${levels}`);
  const codes = [await connection.nextOf("error"), await connection.nextOf("error")];
  codes.push(await connection.nextOf("error"));
  expect(codes.map(({ code }) => code).sort()).toEqual([
    "bad_message",
    "bad_message",
    "run_not_found",
  ]);
  expect(codes.find(({ code }) => code === "run_not_found")?.id).toBe("levels-200");
});
