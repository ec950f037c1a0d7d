import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createMemoryStore } from "@runwire/store";
import { FakeClock, MemorySocket } from "@runwire/testing";
import { expect, test } from "vitest";
import { createRunwireServer } from "../src/index.ts";
import type { BareConnection } from "./conformance/bare/bare-connection.ts";
import { createHeldStore } from "./conformance/support/held-store.ts";
import { custom, started } from "./conformance/support/sample-events.ts";
import { closeServer, publish, startServer } from "./conformance/support/server-under-test.ts";

// Lets Node itself run the sources.
const runSources = new URL("support/run-sources.mjs", import.meta.url).href;

test("200 connections are told when to come back and closed 1012, and closing ends", async () => {
  const drain = { batchSize: 50, intervalMs: 1, spreadMs: 10_000 };
  const limits = { maxUnwelcomedPerAddress: 200 };
  const { server, connect } = await startServer({ drain, limits });
  const connections: BareConnection[] = [];
  for (let round = 0; round < 4; round += 1)
    connections.push(...(await Promise.all(Array.from({ length: 50 }, () => connect()))));
  const subscribes = connections.map((one, index) =>
    one.request({ type: "subscribe", channel: `c${index % 3}` }),
  );
  await Promise.all(subscribes);
  const closing = server.close();
  expect(server.close()).toBe(closing);
  await closing;
  const waits = new Set<unknown>();
  for (const connection of connections) {
    const { afterMs = -1 } = await connection.nextOf("reconnect");
    expect(afterMs).toBeGreaterThanOrEqual(0);
    expect(afterMs).toBeLessThanOrEqual(10_000);
    waits.add(afterMs);
    expect((await connection.closed).code).toBe(1012);
  }
  expect(waits.size).toBeGreaterThan(100);
  expect(server.stats()).toMatchObject({ connections: 0, subscriptions: 0, channels: 0 });
  expect(server.close()).toBe(closing);
});

test("drain.graceMs: until it is over clients are served on, and nobody new is let in", async () => {
  const clock = new FakeClock();
  const { server, open, connect } = await startServer({ clock, drain: { graceMs: 2_000 } });
  const connection = await connect();
  const closing = server.close();
  expect(await server.status()).toMatchObject({ status: "draining" });
  await expect(open()).rejects.toMatchObject({ status: 503 });
  await clock.advance(1_999);
  expect(await publish(connection, [custom("n")])).toMatchObject({ type: "published" });
  expect(connection.unread).toEqual([]);
  await clock.advance(1);
  expect(await connection.nextOf("reconnect")).toHaveProperty("afterMs");
  expect((await connection.closed).code).toBe(1012);
  await closing;
});

test("drain.graceMs is waited for by nobody when nobody is there, and not beyond timeoutMs", async () => {
  const clock = new FakeClock();
  const drain = { graceMs: 60_000, timeoutMs: 1_000 };
  const empty = await startServer({ clock, drain });
  await empty.server.close();
  const store = createMemoryStore();
  const server = createRunwireServer({ store, clock, drain, access: "open-to-everyone" });
  // One that does not go, whatever it is told.
  server.accept(new MemorySocket(), { headers: {} });
  const closing = server.close();
  await clock.advance(1_000);
  await closing;
  expect(clock.monotonic()).toBe(1_000);
});

test("a publish that is under way when the server closes is appended once, however it is sent again", async () => {
  const { store, hold, release, begun } = createHeldStore();
  const first = await startServer({ store });
  const connection = await first.connect();
  hold();
  const message = { id: "p1", channel: "c", writer: "w", events: [custom("n")] };
  connection.send({ type: "publish", ...message });
  await expect.poll(() => begun).toEqual(["p1"]);
  await first.server.close();
  release();
  const second = await startServer({ store });
  const again = await second.connect();
  expect(await publish(again, message.events, message)).toMatchObject({ offset: 1 });
  expect(await store.head("c")).toMatchObject({ offset: 1 });
});

test("whoever does not go is cut off when the time is over", async () => {
  const clock = new FakeClock();
  const store = createMemoryStore();
  const server = createRunwireServer({ store, clock, access: "open-to-everyone" });
  const socket = new MemorySocket();
  server.accept(socket, { headers: {} });
  const closing = closeServer(server, clock);
  await closing;
  expect(clock.monotonic()).toBeGreaterThanOrEqual(30_000);
  expect(socket.closed).toMatchObject({ code: 1012 });
});

test("nothing is begun any more: sockets, publishes and runs are refused", async () => {
  const store = createMemoryStore();
  const server = createRunwireServer({ store, access: "open-to-everyone" });
  await server.close();
  expect(server.refusalOf({ headers: {} })).toMatchObject({ reason: "draining" });
  const socket = new MemorySocket();
  server.accept(socket, { headers: {} });
  expect(socket.closed).toMatchObject({ code: 1012 });
  const events = [JSON.stringify(started("r"))];
  const publishing = server.publish({ channel: "c", writer: "w", id: "1", events });
  await expect(publishing).rejects.toMatchObject({ code: "closed" });
  const handlers = { onCommand: () => undefined, onLost: () => {} };
  const attaching = server.attachRun({ channel: "c", runId: "r", writer: "w" }, handlers as never);
  await expect(attaching).rejects.toMatchObject({ code: "closed" });
  expect((await server.status()).status).toBe("draining");
});

test("a process that has closed its server ends by itself", async () => {
  const script = fileURLToPath(new URL("fixtures/ends-by-itself.ts", import.meta.url));
  const options = { timeout: 15_000 };
  const node = ["--conditions=@runwire/source", `--import=${runSources}`];
  const { stdout } = await promisify(execFile)(process.execPath, [...node, script], options);
  expect(stdout).toBe("closed\n");
});

test("a connection that closes while its subscribe is authorized leaves nothing behind", async () => {
  let allow: (may: boolean) => void = () => {};
  const { connect, server } = await startServer({
    authorize: ({ action }) =>
      action !== "subscribe" || new Promise<boolean>((resolve) => (allow = resolve)),
  });
  const connection = await connect("ann");
  connection.send({ type: "subscribe", id: "1", channel: "c" });
  await connection.settle();
  connection.socket.cut();
  await expect.poll(() => server.stats().connections).toBe(0);
  allow(true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(server.stats()).toMatchObject({ subscriptions: 0, channels: 0 });
});

test("a run's handler that throws when the run is lost does not end the process", async () => {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const logger = { warn() {}, error: (...told: unknown[]) => errors.push(...told) };
  const store = createMemoryStore({ clock: () => clock.now() });
  const server = createRunwireServer({ store, clock, logger, access: "open-to-everyone" });
  const events = [JSON.stringify(started("r", { leaseMs: 6_000 }))];
  await server.publish({ channel: "c", writer: "w", id: "1", events });
  let isLost = false;
  const handlers = {
    onCommand: async () => undefined,
    onLost: () => {
      isLost = true;
      throw new Error("mine");
    },
  };
  await server.attachRun({ channel: "c", runId: "r", writer: "w", leaseMs: 6_000 }, handlers);
  const take = { channel: "c", writer: "other", runIds: ["r"], take: true } as const;
  await store.renew({ ...take, actor: { type: "server" } });
  await clock.advance(3_000);
  expect(isLost).toBe(true);
  expect(errors).toContain("onLost of a run failed");
  await closeServer(server, clock);
});

test("no timer is left when a server that was busy has closed", async () => {
  const clock = new FakeClock();
  const under = await startServer({ clock, authorize: () => true });
  const [writer, reader] = [await under.connect("ann"), await under.connect("bob")];
  await reader.request({ type: "subscribe", channel: "c" });
  await publish(writer, [started("r")]);
  await publish(writer, [custom("a"), custom("b")]);
  reader.send({ type: "command", id: "1", channel: "c", runId: "r", name: "cancel" });
  await writer.nextOf("command");
  reader.send({ type: "subscribe", id: "2", channel: "d" });
  await under.server.status();
  const handlers = { onCommand: async () => undefined, onLost: () => {} };
  await under.server.attachRun({ channel: "c", runId: "r", writer: "w" }, handlers);
  expect(clock.pending().length).toBeGreaterThan(5);
  await closeServer(under.server, clock);
  expect(clock.pending().length).toBe(0);
});
