import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import net, { type AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { WebSocketServer, WebSocket as WsWebSocket } from "ws";
import { encode } from "../src/index.js";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listen(server: net.Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  closers.push(() => server.close());
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

type AnyWebSocket = WebSocket | WsWebSocket;

async function openWebSocket(type: new (url: string) => AnyWebSocket): Promise<AnyWebSocket> {
  const server = http.createServer();
  new WebSocketServer({ server });
  const socket = new type(`ws://127.0.0.1:${await listen(server)}/chat`);
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  closers.unshift(() => socket.close());
  return socket;
}

test.each([
  ["ws", WsWebSocket],
  ["the platform", WebSocket],
])("a WebSocket of %s is summarised, its state by name", async (_, type) => {
  const socket = await openWebSocket(type);
  const { port } = new URL(socket.url);
  expect(JSON.parse(encode({ socket })).socket).toMatchObject({
    url: `ws://127.0.0.1:${port}/chat`,
    readyState: "OPEN",
    bufferedAmount: 0,
  });
  expect(encode(socket).length).toBeLessThan(500);
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
  socket.close();
  expect(JSON.parse(encode(socket)).readyState).toBe("CLOSING");
  await closed;
  expect(JSON.parse(encode(socket)).readyState).toBe("CLOSED");
});

test("a net.Socket is summarised", async () => {
  const port = await listen(net.createServer((peer) => peer.end()));
  const socket = net.connect(port, "127.0.0.1");
  await once(socket, "connect");
  closers.unshift(() => socket.destroy());
  expect(JSON.parse(encode([socket]))[0]).toMatchObject({
    remoteAddress: "127.0.0.1",
    remotePort: port,
    readyState: "open",
    destroyed: false,
  });
  expect(encode(socket).length).toBeLessThan(500);
});

async function receiveRequest(): Promise<IncomingMessage> {
  const server = http.createServer((_, response) => response.end());
  const port = await listen(server);
  const received = once(server, "request");
  await fetch(`http://127.0.0.1:${port}/path?q=1`, { headers: { authorization: "Bearer s3cret" } });
  const [request] = await received;
  return request as IncomingMessage;
}

test("an http request is summarised, and its credentials can be hidden", async () => {
  const request = await receiveRequest();
  const text = encode(request, { redact: ["authorization"] });
  expect(JSON.parse(text)).toMatchObject({
    httpVersion: "1.1",
    method: "GET",
    url: "/path?q=1",
    headers: { authorization: "[redacted]" },
  });
  expect(text).not.toContain("s3cret");
  expect(text.length).toBeLessThan(2_000);
});

async function exchange(): Promise<Record<"request" | "response", unknown>> {
  let response: unknown;
  const server = http.createServer((_, answer) => {
    answer.setHeader("set-cookie", "session=s3cret");
    answer.end();
    response = answer;
  });
  const port = await listen(server);
  const headers = { authorization: "Bearer s3cret" };
  const request = http.get({ port, host: "127.0.0.1", path: "/path?q=1", headers });
  const [received] = await once(request, "response");
  (received as IncomingMessage).resume();
  expect(JSON.parse(encode(received))).toMatchObject({ statusCode: 200, statusMessage: "OK" });
  return { request, response };
}

test("what http sends is summarised, and its head is written nowhere but in the headers", async () => {
  const text = encode(await exchange(), { redact: ["authorization", "set-cookie"] });
  expect(JSON.parse(text)).toEqual({
    request: {
      method: "GET",
      protocol: "http:",
      host: "127.0.0.1",
      path: "/path?q=1",
      headers: { authorization: "[redacted]", host: expect.any(String) },
      headersSent: true,
    },
    response: {
      statusCode: 200,
      statusMessage: "OK",
      headers: { "set-cookie": "[redacted]" },
      headersSent: true,
    },
  });
  expect(text).not.toContain("s3cret");
});

test("an instance of another class that has a few of the same names is itself", () => {
  class Door {
    readonly OPEN = 1;
    readonly CLOSED = 3;
    readonly color = "red";
  }
  expect(encode(new Door())).toBe('{"OPEN":1,"CLOSED":3,"color":"red"}');
  class Half {
    readonly a = 1;
    get httpVersion(): string {
      throw new Error("no");
    }
  }
  expect(encode(new Half())).toBe('{"a":1}');
});
