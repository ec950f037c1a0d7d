import { createSqliteStore } from "@runwire/store/sqlite";
import { FakeClock } from "@runwire/testing";
import { expect, onTestFinished, test } from "vitest";
import { custom } from "./support/sample-events.ts";
import { publish, startServer } from "./support/server-under-test.ts";

function getStatus(port: number): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/runwire/status`);
}

test("[RW-HTTP-1] tells everybody how the server is", async () => {
  const { connect, port } = await startServer({ authenticate: () => ({ id: "ann" }) });
  await connect("t");
  const response = await getStatus(port);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain("application/json");
  expect(await response.json()).toEqual({
    status: "ok",
    version: expect.any(String),
    uptimeMs: expect.any(Number),
    connections: 1,
  });
});

test("[RW-HTTP-1] says degraded when the store does not answer", async () => {
  const { port, store } = await startServer();
  store.check = () => Promise.reject(new Error("the disk is gone: /var/secret"));
  const text = await (await getStatus(port)).text();
  expect(JSON.parse(text)).toMatchObject({ status: "degraded" });
  expect(text).not.toContain("secret");
});

/** A server over a store that a few events fill. */
async function startFull(clock?: FakeClock) {
  const store = createSqliteStore({ file: ":memory:", maxFileBytes: 400_000 });
  onTestFinished(() => store.close());
  const { connect, server } = await startServer({ store, ...(clock && { clock }) });
  const writer = await connect();
  const write = (channel: string) =>
    publish(writer, [custom("n", { data: "x".repeat(200_000) })], { channel });
  await write("deleted-later");
  expect(await server.status()).toMatchObject({ status: "ok" });
  expect(await write("c")).toMatchObject({ code: "store_full" });
  return { store, server, write };
}

test("says degraded while the store has no room, until an append succeeds again", async () => {
  const { store, server, write } = await startFull();
  expect(await server.status()).toMatchObject({ status: "degraded" });
  await store.deleteChannel("deleted-later");
  expect(await write("c")).toMatchObject({ type: "published" });
  expect(await server.status()).toMatchObject({ status: "ok" });
});

test("says so no longer when nobody has tried to append for a minute", async () => {
  const clock = new FakeClock();
  const { server, write } = await startFull(clock);
  await clock.advance(50_000);
  expect(await write("c")).toMatchObject({ code: "store_full" });
  await clock.advance(50_000);
  expect(await server.status()).toMatchObject({ status: "degraded" });
  await clock.advance(20_000);
  expect(await server.status()).toMatchObject({ status: "ok" });
});

test("[RW-HTTP-1] says draining once the server closes", async () => {
  const { port, server } = await startServer();
  const closing = server.close();
  expect(await (await getStatus(port)).json()).toMatchObject({ status: "draining" });
  await closing;
});

test("answers what is not served yet with 404, and the socket's own address with 426", async () => {
  const { port } = await startServer();
  const statusOf = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  expect(await statusOf("/runwire/events?channel=c")).toBe(404);
  expect(await statusOf("/runwire/metrics")).toBe(404);
  expect(await statusOf("/runwire")).toBe(426);
});

test.each(["/status", "/nothing"])(
  "says of what it answers at %j that nobody is to keep it, or guess its type",
  async (route) => {
    const { port } = await startServer();
    const { headers } = await fetch(`http://127.0.0.1:${port}/runwire${route}`);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  },
);
