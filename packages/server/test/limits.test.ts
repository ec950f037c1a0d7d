import { FakeClock } from "@runwire/testing";
import { describe, expect, test } from "vitest";
import type { ServerLimits } from "../src/index.ts";
import { type BareConnection, openConnection } from "./conformance/bare/bare-connection.ts";
import { UpgradeRefused } from "./conformance/bare/bare-socket.ts";
import { encodeFrame, opcodes } from "./conformance/bare/frames.ts";
import { custom } from "./conformance/support/sample-events.ts";
import {
  publish,
  type ServerUnderTest,
  startServer,
} from "./conformance/support/server-under-test.ts";

/** Tries to do something so many times, or of that size; answers what became of the last of it. */
type Attempt = (under: ServerUnderTest, amount: number) => Promise<unknown>;

const attempts: readonly [keyof ServerLimits, number, Attempt, beyond: unknown][] = [
  [
    "maxConnections",
    3,
    async ({ port, connect }, amount) => {
      for (let count = 1; count < amount; count += 1) await connect();
      return outcomeOfUpgrade(port);
    },
    503,
  ],
  [
    "maxUnwelcomedPerAddress",
    3,
    async ({ port, open, connect }, amount) => {
      await connect(); // one that is welcomed does not count
      for (let count = 1; count < amount; count += 1) await open();
      return outcomeOfUpgrade(port);
    },
    429,
  ],
  [
    "maxConnectionsPerAddress",
    3,
    async ({ port, connect }, amount) => {
      for (let count = 1; count < amount; count += 1) await connect();
      return outcomeOfUpgrade(port);
    },
    429,
  ],
  [
    "maxConnectionsPerUser",
    3,
    async ({ connect, open }, amount) => {
      await connect("bob");
      for (let count = 1; count < amount; count += 1) await connect("ann");
      const last = await open();
      last.send({ type: "hello", token: "ann" });
      return outcomeOfHello(last);
    },
    4429,
  ],
  [
    "maxMessageBytes",
    2_000,
    async ({ connect }, amount) => {
      const connection = await connect();
      connection.socket.sendText(padded({ type: "ping", at: 1 }, amount));
      return outcomeOf(connection);
    },
    1009,
  ],
  [
    "maxBytesBeforeWelcome",
    2_000,
    async ({ open }, amount) => {
      const connection = await open();
      connection.socket.sendText(padded({ type: "hello", token: "ann" }, amount));
      return outcomeOfHello(connection);
    },
    1009,
  ],
  [
    "maxEventBytes",
    2_000,
    async ({ connect }, amount) => {
      const connection = await connect();
      const bare = JSON.stringify(custom("n", { data: "" })).length;
      const answer = await publish(connection, [custom("n", { data: "x".repeat(amount - bare) })]);
      return answer.code ?? "ok";
    },
    "event_too_large",
  ],
  [
    "maxSubscriptions",
    3,
    async ({ connect }, amount) => {
      const connection = await connect();
      const subscribe = (count: number) =>
        connection.request({ type: "subscribe", channel: `c${count}` });
      for (let count = 1; count < amount; count += 1) await subscribe(count);
      return (await subscribe(amount)).code ?? "ok";
    },
    "too_many_subscriptions",
  ],
  [
    "maxRefusalsPerMinute",
    3,
    async ({ connect }, amount) => {
      const connection = await connect();
      for (let count = 0; count < amount; count += 1)
        await connection.request({ type: "fetch", channel: "forbidden", after: 0 });
      return outcomeOf(connection);
    },
    4429,
  ],
  [
    "maxBadMessagesPerMinute",
    3,
    async ({ connect }, amount) => {
      const connection = await connect();
      // The last one allowed is the one before the one that closes.
      for (let count = 1; count < amount; count += 1) {
        connection.send({ type: "nonsense" });
        await connection.nextOf("error");
      }
      return outcomeOf(connection);
    },
    4400,
  ],
];

/** Whether a connection still answers, or the code with which it was closed. */
async function outcomeOf(connection: BareConnection): Promise<unknown> {
  const isAlive = connection
    .settle()
    .catch(() => "silent")
    .then(() => "ok");
  return Promise.race([connection.socket.closed.then(({ code }) => code), isAlive]);
}

async function outcomeOfHello(connection: BareConnection): Promise<unknown> {
  const isWelcome = connection
    .nextOf("welcome")
    .catch(() => "silent")
    .then(() => "ok");
  return Promise.race([connection.socket.closed.then(({ code }) => code), isWelcome]);
}

async function outcomeOfUpgrade(port: number): Promise<unknown> {
  try {
    const connection = await openConnection({ port });
    connection.socket.cut();
    return "ok";
  } catch (error) {
    return error instanceof UpgradeRefused ? error.status : error;
  }
}

/** The message with a field that nobody knows, so that it has exactly so many bytes. */
function padded(message: object, bytes: number): string {
  const bare = JSON.stringify({ ...message, pad: "" }).length;
  return JSON.stringify({ ...message, pad: "x".repeat(bytes - bare) });
}

describe.each(attempts)("limits.%s of %i", (name, limit, attempt, beyond) => {
  test.each([
    ["below", limit - 1, "ok"],
    ["at", limit, "ok"],
    ["above", limit + 1, beyond],
  ])("%s it, with %i", async (_where, amount, expected) => {
    const under = await startServer({
      limits: { [name]: limit },
      authenticate: ({ token = "anybody" }) => ({ id: token }),
      authorize: ({ channel }) => channel !== "forbidden",
    });
    expect(await attempt(under, amount)).toBe(expected);
  });
});

describe("limits.maxBufferedChunks", () => {
  async function startMessage() {
    const { connect } = await startServer({ limits: { maxBufferedChunks: 8 } });
    const connection = await connect();
    const payload = Buffer.from(padded({ type: "ping", at: 1 }, 400));
    const bytes = encodeFrame({ opcode: opcodes.text, isLast: true, payload });
    return { connection, bytes };
  }

  test("takes a message that comes in 8 pieces", async () => {
    const { connection, bytes } = await startMessage();
    const size = Math.ceil(bytes.length / 8);
    for (let at = 0; at < bytes.length; at += size) {
      connection.socket.sendRaw(bytes.subarray(at, at + size));
      await turns(2);
    }
    expect(await connection.nextOf("pong")).toMatchObject({ at: 1 });
  });

  test("ends the connection of a message that comes byte by byte", async () => {
    const { connection, bytes } = await startMessage();
    for (const [index] of bytes.entries()) {
      connection.socket.sendRaw(bytes.subarray(index, index + 1));
      await turns(2);
    }
    // Bytes that came after the close frame make the end a reset.
    expect([1008, 1006]).toContain((await connection.closed).code);
  });
});

/** Lets the server's side of the loop read what was written. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

test("limits.maxConnectionsPerAddress: who goes leaves a place", async () => {
  const { port, connect, server } = await startServer({ limits: { maxConnectionsPerAddress: 1 } });
  const connection = await connect();
  expect(await outcomeOfUpgrade(port)).toBe(429);
  connection.socket.cut();
  await expect.poll(() => server.stats().connections, { timeout: 10_000 }).toBe(0);
  expect(await outcomeOfUpgrade(port)).toBe("ok");
});

describe("limits.connectRatePerAddress of 3", () => {
  const limits = { connectRatePerAddress: { perSecond: 0.5, burst: 3 } };

  test.each([
    ["below", 2, "ok"],
    ["at", 3, "ok"],
    ["above", 4, 429],
  ])("%s it, with %i", async (_where, amount, expected) => {
    const { port, connect } = await startServer({ clock: new FakeClock(), limits });
    for (let count = 1; count < amount; count += 1) await connect();
    expect(await outcomeOfUpgrade(port)).toBe(expected);
  });

  test("who was refused is told when the next one would be in time, and is let in then", async () => {
    const clock = new FakeClock();
    const { port, open } = await startServer({ clock, limits, random: () => 0 });
    for (let count = 0; count < 3; count += 1) await open();
    const refused: unknown = await open().catch((error: unknown) => error);
    expect(refused).toMatchObject({ head: expect.stringMatching(/retry-after: 2(\r|$)/) });
    await clock.advance(1_999);
    expect(await outcomeOfUpgrade(port)).toBe(429);
    await clock.advance(1);
    expect(await outcomeOfUpgrade(port)).toBe("ok");
  });
});

test("subscribes beyond their rate wait for their turn", async () => {
  const clock = new FakeClock();
  const { connect } = await startServer({
    clock,
    limits: { subscribeRate: { perSecond: 2, burst: 2 } },
  });
  const connection = await connect();
  const subscribes = [1, 2, 3, 4].map((count) =>
    connection.request({ type: "subscribe", channel: `c${count}` }),
  );
  await Promise.all(subscribes.slice(0, 2));
  await connection.settle();
  await clock.advance(499);
  await connection.settle();
  expect(connection.unread).toEqual([]);
  await clock.advance(1);
  await subscribes[2];
  await clock.advance(500);
  await subscribes[3];
});

test("messages beyond their rate are told so once, and again only after one that was in time", async () => {
  const clock = new FakeClock();
  const { connect } = await startServer({
    clock,
    limits: { messageRate: { perSecond: 1, burst: 2 } },
  });
  const connection = await connect();
  const list = () => connection.request({ type: "list", channel: "c" });
  const codes = [(await list()).code, (await list()).code, (await list()).code];
  expect(codes).toEqual([undefined, undefined, "rate_limited"]);
  await clock.advance(1_000);
  expect((await list()).code).toBeUndefined();
  expect((await list()).code).toBe("rate_limited");
  connection.send({ type: "list", id: "x", channel: "c" });
  expect((await connection.closed).code).toBe(4429);
});

test("pings are counted apart: requests beyond their rate leave them alone, and they have the same bound", async () => {
  const clock = new FakeClock();
  const { connect } = await startServer({
    clock,
    limits: { messageRate: { perSecond: 1, burst: 2 } },
  });
  const connection = await connect();
  for (const id of ["1", "2", "3"]) connection.send({ type: "list", id, channel: "c" });
  expect(await connection.nextOf("error")).toMatchObject({ id: "3", code: "rate_limited" });
  for (const at of [1, 2, 3, 4]) connection.send({ type: "ping", at });
  for (const at of [1, 2]) expect(await connection.nextOf("pong")).toMatchObject({ at });
  expect(await connection.nextOf("error")).toMatchObject({ code: "rate_limited" });
  await clock.advance(1_000);
  await connection.settle();
  // Of several messages that have no id, one alone was answered.
  expect(connection.unread.filter(({ type }) => type === "error")).toEqual([]);
});

test("what was on its way when the first message too many was refused is refused as well, and all of it is told so", async () => {
  const clock = new FakeClock();
  const { connect } = await startServer({
    clock,
    limits: { messageRate: { perSecond: 1, burst: 2 } },
  });
  const connection = await connect();
  connection.socket.answersPings = false;
  const ids = Array.from({ length: 13 }, (_, index) => `${index + 1}`);
  for (const id of ids) connection.send({ type: "list", id, channel: "c" });
  for (const id of ids.slice(2))
    expect(await connection.nextOf("error")).toMatchObject({ id, code: "rate_limited" });
  await clock.advance(1_250);
  expect(await connection.request({ type: "list", channel: "c" })).toMatchObject({
    type: "listed",
  });
});

describe("limits.publishBytesPerSecond", () => {
  const limits = { publishBytesPerSecond: 10_000, maxMessageBytes: 200_000 };

  async function startWriting() {
    const clock = new FakeClock();
    const authenticate = ({ token = "anybody" }) => ({ id: token });
    const under = await startServer({ clock, limits, authenticate });
    const writer = await under.connect("ann");
    /** Publishes with exactly so many bytes. */
    const write = (connection: BareConnection, id: string, bytes: number) => {
      const message = { type: "publish", id, channel: "c", writer: "w", events: [custom(id)] };
      connection.socket.sendText(padded(message, bytes));
      return connection.next((answer) => answer.id === id);
    };
    let asked = 1_000;
    /** Whether the server reads what this one sends. */
    const isRead = async (connection: BareConnection) => {
      asked += 1;
      const at = asked;
      connection.send({ type: "ping", at });
      // Two more answers to somebody else, each of which takes longer than one that does not wait.
      const other = await under.connect("bob");
      for (const _ of [1, 2]) await other.settle();
      other.socket.cut();
      return connection.unread.some((message) => message.type === "pong" && message.at === at);
    };
    return { clock, writer, write, isRead, ...under };
  }

  test.each([
    ["below", 9_999, true],
    ["at", 10_000, false],
    ["above", 10_001, false],
  ])(
    "%s it, with %i bytes at once, the next message is read or waits",
    async (_where, bytes, expected) => {
      const { writer, write, isRead } = await startWriting();
      expect(await write(writer, "1", bytes)).toMatchObject({ type: "published" });
      expect(await isRead(writer)).toBe(expected);
    },
  );

  test("the socket is read again when time has paid for it, nothing is lost, and nobody is closed", async () => {
    const { clock, writer, write, isRead } = await startWriting();
    expect(await write(writer, "1", 100_000)).toMatchObject({ type: "published", offset: 1 });
    const second = write(writer, "2", 500);
    await clock.advance(8_000);
    expect(await isRead(writer)).toBe(false);
    for (let tenth = 0; tenth < 11; tenth += 1) await clock.advance(100);
    expect(await second).toMatchObject({ type: "published", offset: 2 });
    expect(await outcomeOf(writer)).toBe("ok");
    await clock.advance(1_000);
    expect(await write(writer, "3", 20_000)).toMatchObject({ offset: 3 });
    expect(await isRead(writer)).toBe(false);
  });

  test("it is kept by user: other connections pay with their first publish, other users do not", async () => {
    const { connect, writer, write, isRead } = await startWriting();
    await write(writer, "1", 100_000);
    const [again, bob] = [await connect("ann"), await connect("bob")];
    expect(await isRead(again)).toBe(true);
    await write(again, "2", 500);
    expect(await isRead(again)).toBe(false);
    await write(bob, "3", 500);
    expect(await isRead(bob)).toBe(true);
  });
});

describe("limits.replayBytesPerMinute", () => {
  const data = "x".repeat(10_000);
  const fetch = { type: "fetch", channel: "c", after: 0, limit: 1 };

  async function startWithHistory() {
    const clock = new FakeClock();
    const under = await startServer({
      clock,
      limits: { replayBytesPerMinute: 25_000 },
      replay: { pageEvents: 1 },
      authenticate: ({ token = "anybody" }) => ({ id: token }),
    });
    const writer = await under.connect("writer");
    for (let count = 0; count < 5; count += 1)
      await publish(writer, [custom(`${count}`, { data })]);
    return { clock, ...under };
  }

  test("slows fetches beyond it, over all connections of the user, and refuses none", async () => {
    const { clock, connect } = await startWithHistory();
    const [one, two, bob] = [await connect("ann"), await connect("ann"), await connect("bob")];
    for (const connection of [one, two, one])
      expect(await connection.request(fetch)).toMatchObject({ type: "fetched" });
    two.send({ ...fetch, id: "late" });
    await two.settle();
    // Two more answers, each of which takes longer than one that does not wait.
    for (const _ of [1, 2]) expect(await bob.request(fetch)).toMatchObject({ type: "fetched" });
    await two.settle();
    expect(two.unread).toEqual([]);
    await clock.advance(20_000);
    expect(await two.nextOf("fetched")).toMatchObject({ id: "late" });
  });

  test("slows pages of a replay beyond it, loses none, and leaves what is live alone", async () => {
    const { clock, connect } = await startWithHistory();
    const [ann, writer] = [await connect("ann"), await connect("writer")];
    await ann.request({ type: "subscribe", channel: "live", from: "now" });
    await ann.request({ type: "subscribe", channel: "c" });
    for (const offset of [1, 2, 3]) expect(await ann.nextOf("events")).toMatchObject({ offset });
    const high = custom("live", { data, priority: "high" });
    for (let count = 1; count <= 5; count += 1) {
      await publish(writer, [high], { channel: "live" });
      expect(await ann.nextOf("events")).toMatchObject({ channel: "live", offset: count });
    }
    await ann.settle();
    expect(ann.unread).toEqual([]);
    for (let second = 0; second < 60; second += 1) await clock.advance(1_000);
    for (const offset of [4, 5])
      expect(await ann.nextOf("events")).toMatchObject({ channel: "c", offset });
  });
});

test("limits.maxTotalBufferedBytes counts what several wait for once: two who share more than half of it stay", async () => {
  const clock = new FakeClock();
  const { connect, server } = await startServer({
    clock,
    limits: { maxTotalBufferedBytes: 3_000_000 },
    slowReader: { maxBufferedBytes: 2_000_000 },
    heartbeat: { timeoutMs: 3_600_000 },
  });
  const [writer, reader, ...stalled] = await Promise.all(Array.from({ length: 4 }, connect));
  if (!writer || !reader) throw new Error("four were to connect");
  for (const each of [reader, ...stalled]) {
    await each.request({ type: "subscribe", channel: "c" });
    if (each !== reader) each.socket.pause();
  }
  const data = "x".repeat(200_000);
  // For both as much waits as one may have, beyond what the system's own buffers take.
  for (let count = 0; server.stats().bufferedBytes < 3_600_000 && count < 200; count += 1) {
    await publish(writer, [custom("big", { data, priority: "high" })], { id: `p${count}` });
    await reader.nextOf("events");
    await clock.advance(0);
  }
  expect(server.stats().bufferedBytes).toBeGreaterThanOrEqual(3_600_000);
  await clock.advance(1_000);
  expect(server.stats().connections).toBe(4);
});

test("limits.maxTotalBufferedBytes ends the slowest reader, lets nobody in meanwhile, and spares the others", async () => {
  const clock = new FakeClock();
  const { connect, port, server } = await startServer({
    clock,
    limits: { maxTotalBufferedBytes: 3_000_000 },
    slowReader: { maxBufferedBytes: 4_000_000 },
    heartbeat: { timeoutMs: 3_600_000 },
  });
  const [writer, reader, stalled] = [await connect(), await connect(), await connect()];
  for (const each of [reader, stalled]) await each.request({ type: "subscribe", channel: "c" });
  stalled.socket.pause();
  const data = "x".repeat(200_000);
  // The system's own buffers take some megabytes first.
  for (let count = 0; server.stats().connections === 3 && count < 200; count += 1) {
    await publish(writer, [custom("big", { data, priority: "high" })], { id: `p${count}` });
    await reader.nextOf("events");
    await clock.advance(0);
  }
  expect(server.stats().connections).toBe(2);
  expect(await outcomeOfUpgrade(port)).toBe(503);
  await clock.advance(1_000);
  expect(await outcomeOfUpgrade(port)).toBe("ok");
  expect(await outcomeOf(reader)).toBe("ok");
  stalled.socket.resume();
  expect([4410, 1006]).toContain((await stalled.closed).code);
});
