import { expect, test } from "vitest";
import { startServer } from "./support/server-under-test.ts";

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
  expect(await statusOf("/runwire/messages")).toBe(404);
  expect(await statusOf("/runwire/metrics")).toBe(404);
  expect(await statusOf("/runwire")).toBe(426);
});

test.each(["/status", "", "/nothing"])(
  "says of what it answers at %j that nobody is to keep it, or guess its type",
  async (route) => {
    const { port } = await startServer();
    const { headers } = await fetch(`http://127.0.0.1:${port}/runwire${route}`);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  },
);
