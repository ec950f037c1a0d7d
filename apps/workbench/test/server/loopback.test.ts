import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { isLoopback, refuseForeign } from "../../src/server/loopback.ts";

test.each([
  "127.0.0.1:4000",
  "localhost",
  "LOCALHOST:80",
  "[::1]:4000",
  "http://127.0.0.1:4000",
  "https://localhost",
])("takes %s for this machine", (name) => {
  expect(isLoopback(name)).toBe(true);
});

test.each([
  "",
  "null",
  "example.org",
  "127.0.0.1.example.org",
  "localhost.example.org",
  "http://localhost@example.org",
  "http://example.org/127.0.0.1",
  "192.168.0.1:4000",
  "file://localhost.evil",
])("takes %j for somebody else", (name) => {
  expect(isLoopback(name)).toBe(false);
});

async function getStatus(headers: {
  readonly [name: string]: string;
}): Promise<number | undefined> {
  const server = createServer(refuseForeign((_request, response) => void response.end("secret")));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo; // it listens on a host and a port
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: "127.0.0.1", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on("error", reject).end();
  });
}

test("answers this machine and refuses a foreign host or origin", async () => {
  expect(await getStatus({})).toBe(200);
  expect(await getStatus({ origin: "http://localhost:9999" })).toBe(200);
  expect(await getStatus({ host: "rebound.example.org" })).toBe(403);
  expect(await getStatus({ origin: "https://example.org" })).toBe(403);
  expect(await getStatus({ origin: "null" })).toBe(403);
});
