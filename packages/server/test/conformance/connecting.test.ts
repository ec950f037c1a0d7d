import { FakeClock } from "@runwire/testing";
import { describe, expect, test } from "vitest";
import { UpgradeRefused } from "./bare/bare-socket.ts";
import { gate } from "./support/gate.ts";
import { custom } from "./support/sample-events.ts";
import { startServer } from "./support/server-under-test.ts";

function refused(status: number): UpgradeRefused {
  return new UpgradeRefused(status);
}

describe("[RW-CONN-1] the subprotocol", () => {
  test.each([null, "graphql-ws", "runwire.v2", "runwire.v1x"])(
    "an upgrade that offers %j is refused with 400",
    async (subprotocol) => {
      const { open } = await startServer();
      await expect(open({ subprotocol })).rejects.toEqual(refused(400));
    },
  );

  test("is found among others", async () => {
    const { open } = await startServer();
    const connection = await open({ subprotocol: "graphql-ws, runwire.v1" });
    expect(await connection.hello()).toMatchObject({ type: "welcome" });
  });
});

describe("[RW-CONN-2] the origin", () => {
  test.each(["https://evil.example", "http://127.0.0.1", "http://localhost:1", "null"])(
    "%s is refused with 403 where there is no list",
    async (Origin) => {
      const { open } = await startServer();
      await expect(open({ headers: { Origin } })).rejects.toEqual(refused(403));
    },
  );

  test("that names the same host and port is let in", async () => {
    const { open, port } = await startServer();
    const connection = await open({ headers: { Origin: `http://127.0.0.1:${port}` } });
    expect(await connection.hello()).toMatchObject({ type: "welcome" });
  });

  test("is looked up on the list where there is one", async () => {
    const { open, port } = await startServer({ attach: { origins: ["https://app.example"] } });
    const connection = await open({ headers: { Origin: "https://app.example" } });
    expect(await connection.hello()).toMatchObject({ type: "welcome" });
    for (const Origin of ["https://app.example.evil.example", `http://127.0.0.1:${port}`])
      await expect(open({ headers: { Origin } })).rejects.toEqual(refused(403));
  });
});

test.each([
  ["another message", { type: "subscribe", id: "1", channel: "c" }],
  ["a ping", { type: "ping", at: 1 }],
  ["a hello whose token is no string", { type: "hello", token: 5 }],
  ["a hello whose client has no version", { type: "hello", client: { name: "x" } }],
  ["no message at all", 7],
])("[RW-CONN-3] closes 4400 when the first message is %s", async (_, message) => {
  const { open } = await startServer();
  const connection = await open();
  connection.socket.sendText(JSON.stringify(message));
  expect((await connection.closed).code).toBe(4400);
  expect(connection.unread.filter(({ type }) => type === "welcome")).toEqual([]);
});

test("[RW-CONN-4] closes 4408 when no hello comes within 10 s, and not before", async () => {
  const clock = new FakeClock();
  const { open } = await startServer({ clock });
  const [silent, late] = [await open(), await open()];
  await clock.advance(9_900);
  expect(await late.hello()).toMatchObject({ type: "welcome" });
  await clock.advance(200);
  expect((await silent.closed).code).toBe(4408);
  expect(await late.settle()).toMatchObject({ type: "pong" });
});

test("[RW-CONN-5] answers a second hello with bad_message", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  connection.send({ type: "hello" });
  expect(await connection.nextOf("error")).toMatchObject({ code: "bad_message" });
  expect(await connection.settle()).toMatchObject({ type: "pong" });
});

test.each([undefined, "a-token-of-nobody"])(
  "[RW-CONN-7] accepts a socket with the token %j and closes it 4401 after its hello",
  async (token) => {
    const authenticate = () => null;
    const { open } = await startServer({ authenticate });
    const connection = await open();
    connection.send({ type: "hello", token });
    expect((await connection.closed).code).toBe(4401);
    expect(connection.unread.filter(({ type }) => type === "welcome")).toEqual([]);
  },
);

test("[RW-CONN-8] welcomes whom it has authenticated, before anything else", async () => {
  const expiresAt = Date.now() + 3_600_000;
  const { open } = await startServer({
    authenticate: ({ token }) => (token === "of-ann" ? { id: "ann", expiresAt } : null),
  });
  const connection = await open();
  connection.send({ type: "hello", token: "of-ann", client: { name: "bare", version: "1" } });
  connection.send({ type: "ping", at: 1 });
  const first = await connection.next(() => true);
  expect(first).toMatchObject({ type: "welcome", user: { id: "ann" }, expiresAt });
  expect(first.connectionId).toEqual(expect.any(String));
  expect(first.heartbeat).toEqual({ intervalMs: 30_000, timeoutMs: 60_000 });
  expect(first.maxMessageBytes).toBe(1_048_576);
  expect(first.maxEventBytes).toBe(262_144);
});

test("closes 1011 when the application's answer throws, and shows nothing of it", async () => {
  const { open } = await startServer({
    authenticate: () => {
      throw new Error("SELECT * FROM users");
    },
  });
  const connection = await open();
  connection.send({ type: "hello", token: "t" });
  const { code, reason } = await connection.closed;
  expect(code).toBe(1011);
  expect(reason).not.toContain("SELECT");
  expect(connection.unread).toEqual([]);
});

test("[RW-CONN-8] names no user where everybody is anonymous", async () => {
  const { open } = await startServer();
  expect(await (await open()).hello()).not.toHaveProperty("user");
});

test("[RW-CONN-9] lets what comes before welcome wait for it, in order", async () => {
  const { pass, open: letIn } = gate();
  const asked = gate();
  const authenticate = async ({ token }: { readonly token?: string }) => {
    if (token === "later") asked.open();
    await pass;
    return { id: "ann" };
  };
  const { open, store } = await startServer({ authenticate });
  const connection = await open();
  connection.send({ type: "hello", token: "t" });
  for (const id of ["1", "2", "3"])
    connection.send({ type: "publish", id, channel: "c", writer: "w", events: [custom(id)] });
  connection.send({ type: "subscribe", id: "4", channel: "c" });
  // Once a later socket has been read, the earlier one has been as well.
  (await open()).send({ type: "hello", token: "later" });
  await asked.pass;
  expect(await store.listChannels({ limit: 1 })).toEqual([]);
  expect(connection.unread).toEqual([]);
  letIn();
  expect(await connection.next(() => true)).toMatchObject({ type: "welcome" });
  for (const wanted of ["1", "2", "3", "4"]) await connection.next(({ id }) => id === wanted);
  const log = await connection.request({ type: "fetch", channel: "c", after: 0 });
  expect(log.events?.map(({ name }) => name)).toEqual(["1", "2", "3"]);
});

describe("[RW-CONN-10] what comes before welcome", () => {
  test("closes 1009 when it passes 64 KiB together with hello", async () => {
    const { pass } = gate();
    const authenticate = async () => {
      await pass;
      return null;
    };
    const { open } = await startServer({ authenticate });
    const connection = await open();
    connection.send({ type: "hello", token: "t" });
    for (let count = 0; count < 9; count += 1)
      connection.send({ type: "report", code: "x", padding: "x".repeat(8_000) });
    expect((await connection.closed).code).toBe(1009);
  });

  test("closes 1009 when hello itself is larger", async () => {
    const { open } = await startServer();
    const connection = await open();
    connection.send({ type: "hello", token: "x".repeat(65_536) });
    expect((await connection.closed).code).toBe(1009);
  });
});
