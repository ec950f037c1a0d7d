import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { runCli, startServe } from "./support/run-cli.ts";

/** A TCP connection on which these bytes were sent; it is gone when the test ends. */
async function dial(url: string, bytes: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  socket.write(bytes);
  return socket;
}

const upgradeFrom = (address: string) =>
  "GET /runwire HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
  `Sec-WebSocket-Protocol: runwire.v1\r\nX-Forwarded-For: ${address}\r\n\r\n`;

async function statusOf(url: string, address: string): Promise<number> {
  const socket = await dial(url, upgradeFrom(address));
  // The first piece holds the status line.
  const [answer] = (await once(socket, "data")) as [Buffer];
  return Number(answer.toString("latin1").split(" ")[1]);
}

test("a request whose head never ends is closed after 10 s, and one that is whole is answered meanwhile", {
  timeout: 60_000,
}, async () => {
  const { url } = await startServe("--access", "open");
  const dialled = performance.now();
  const half = await dial(
    url,
    "GET /runwire HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n",
  );
  const end = once(half.resume(), "close");
  expect((await fetch(`${url}/status`)).status).toBe(200);
  await end;
  // Node's clock and the server's may differ by a tick.
  expect(performance.now() - dialled).toBeGreaterThan(9_900);
});

test("serve --trust-proxy counts the clients of a proxy by their own addresses", async () => {
  const { url } = await startServe("--access", "open", "--trust-proxy", "127.0.0.0/8");
  const full: number[] = [];
  for (let count = 0; count < 65; count += 1) full.push(await statusOf(url, "203.0.113.7"));
  expect(full.slice(-2)).toEqual([101, 429]);
  expect(await statusOf(url, "203.0.113.8")).toBe(101);
});

test("serve --trust-proxy says what it cannot take", async () => {
  const { code, stderr } = await runCli("serve", "--access", "open", "--trust-proxy", "everybody");
  expect(code).not.toBe(0);
  expect(stderr).toContain("is no address or range");
});
