import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { createMemoryStore } from "@runwire/store";
import { describe, expect, onTestFinished, test } from "vitest";
import { createRunwireServer } from "../../src/index.ts";
import { attachRunwire } from "../../src/node.ts";
import { openConnection } from "../conformance/bare/bare-connection.ts";
import { encodeFrame, opcodes } from "../conformance/bare/frames.ts";
import { custom } from "../conformance/support/sample-events.ts";
import { publish, startServer } from "../conformance/support/server-under-test.ts";
import { createRandom } from "../support/disturbed-store.ts";

/** A TCP connection on which these bytes were sent; it is gone when the test ends. */
function dial(port: number, bytes: string): { readonly socket: Socket; text(): string } {
  let text = "";
  const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
  socket
    .on("error", () => {})
    .on("data", (data) => {
      text += data.toString("latin1");
    });
  onTestFinished(() => void socket.destroy());
  return { socket, text: () => text };
}

/** `expect` of what will hold soon, however busy the machine is. */
function soon<Value>(read: () => Value) {
  return expect.poll(read, { timeout: 10_000, interval: 2 });
}

const request = "GET /runwire HTTP/1.1\r\nHost: 127.0.0.1\r\n";
const upgrade =
  `${request}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: runwire.v1\r\n";

describe("a request head", () => {
  test.each([
    ["a header of 200 KB", `X-Long: ${"x".repeat(200_000)}\r\n`],
    ["2,010 headers of 100 bytes", `X-Many: ${"x".repeat(90)}\r\n`.repeat(2_010)],
    ["no end", "X-Many: x\r\n".repeat(50_000)],
  ])("with %s is refused, and others are served", async (_what, headers) => {
    const { port, server, connect: welcome } = await startServer();
    const canary = await welcome();
    const { socket, text } = dial(port, `${upgrade}${headers}`);
    await new Promise((resolve) => socket.once("close", resolve));
    // The answer may be lost: what the server left unread makes the end a reset.
    expect(text()).toMatch(/^(HTTP\/1\.1 431 |$)/);
    await canary.settle();
    expect(server.stats().connections).toBe(1);
  });

  test.each([
    ["Origin", `https://${"a-".repeat(3_000)}@`],
    ["Origin", `https://${"a.".repeat(3_000)}!`],
    ["Sec-WebSocket-Protocol", `${"a ,\t".repeat(2_000)};`],
    ["Sec-WebSocket-Extensions", `${'a;b="c\\" '.repeat(1_000)}`],
    ["X-Forwarded-For", `${"1.".repeat(3_000)}, `],
  ])("with a long and odd %s is answered at once", async (name, value) => {
    const { port } = await startServer();
    const begun = performance.now();
    const { socket, text } = dial(port, `${upgrade}${name}: ${value}\r\n\r\n`);
    await soon(text).toMatch(/^HTTP\/1\.1 /);
    expect(performance.now() - begun).toBeLessThan(2_000);
    socket.destroy();
  });
});

test.each([
  ["a target that cannot be parsed", `${upgrade}\r\n`.replace("/runwire", "//")],
  ["a target with a broken host", `${upgrade}\r\n`.replace("/runwire", "http://[/runwire")],
  ["a target with a broken escape", `${upgrade}\r\n`.replace("/runwire", "/%/runwire")],
  ["a host that cannot be parsed", `${upgrade}\r\n`.replace("Host: 127.0.0.1", "Host: [")],
  ["an origin that cannot be parsed", `${upgrade}Origin: https://[\r\n\r\n`],
  ["nothing but garbage", "\x00\xff garbage\r\n\r\n"],
  ["the beginning of TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"],
  ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["two lengths", `${request}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello`],
  ["another version of WebSocket", `${upgrade}\r\n`.replace("Version: 13", "Version: 8")],
])("%s is refused, and others are served", async (_what, bytes) => {
  const { port, server, connect: welcome } = await startServer();
  const canary = await welcome();
  const { socket, text } = dial(port, bytes);
  await soon(text).toMatch(/^HTTP\/1\.1 4\d\d /);
  socket.destroy();
  await canary.settle();
  expect(server.stats().connections).toBe(1);
});

test("what follows an upgrade in the same bytes is a frame or the end, never a second request", async () => {
  const { port, server } = await startServer();
  const { socket, text } = dial(port, `${upgrade}\r\n${upgrade}\r\n`);
  await new Promise((resolve) => socket.once("close", resolve));
  expect(text().match(/HTTP\/1\.1/g)).toHaveLength(1);
  await soon(() => server.stats().connections).toBe(0);
});

test("200 requests that never end do not keep others from being served", async () => {
  const { port, server, connect: welcome } = await startServer();
  const slow = Array.from({ length: 200 }, () => dial(port, upgrade).socket);
  await Promise.all(slow.map((socket) => once(socket, "connect")));
  await (await welcome()).settle();
  expect(server.stats().connections).toBe(1);
  for (const socket of slow) socket.destroy();
});

test("a request that never ends is closed by the HTTP server's own time, and no socket that is open", async () => {
  const http = createServer({ headersTimeout: 500, connectionsCheckingInterval: 50 });
  const server = createRunwireServer({ store: createMemoryStore(), access: "open-to-everyone" });
  attachRunwire(server, http);
  await once(http.listen(0, "127.0.0.1"), "listening");
  onTestFinished(async () => {
    await server.close();
    http.close();
  });
  const { port } = http.address() as AddressInfo; // it listens on a port, not on a pipe
  const canary = await openConnection({ port });
  onTestFinished(() => canary.socket.cut());
  await canary.hello();
  const { socket } = dial(port, upgrade);
  await new Promise((resolve) => socket.once("close", resolve));
  await canary.settle();
  expect(server.stats().connections).toBe(1);
});

test("a peer that ends its half of the connection after the upgrade is released", async () => {
  const { port, server } = await startServer();
  const { socket, text } = dial(port, `${upgrade}\r\n`);
  await soon(text).toMatch(/^HTTP\/1\.1 101 /);
  expect(server.stats().connections).toBe(1);
  socket.end();
  await soon(() => server.stats().connections).toBe(0);
});

test("a compressed message is refused, for no compression is agreed upon", async () => {
  const { port, connect: welcome } = await startServer();
  const { text } = dial(port, `${upgrade}Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n`);
  await soon(text).toMatch(/^HTTP\/1\.1 101 /);
  expect(text().toLowerCase()).not.toContain("extensions");
  const connection = await welcome();
  const frame = encodeFrame({ opcode: opcodes.text, isLast: true, payload: Buffer.from("{}") });
  frame.writeUInt8(frame.readUInt8(0) | 0x40, 0); // RSV1: this message is compressed
  connection.socket.sendRaw(frame);
  expect((await connection.closed).code).toBe(1002);
});

test("1,000 mutated frames close their connections at most, and no other notices", async () => {
  const { connect: welcome, open, server } = await startServer();
  const canary = await welcome();
  const random = createRandom(11);
  const below = (end: number) => Math.floor(random() * end);
  const attack = async () => {
    const { socket } = await open();
    const payload = Buffer.from('{"type":"hello"}');
    const frame = encodeFrame({ opcode: opcodes.text, isLast: true, payload });
    for (let count = 1 + below(4); count > 0; count -= 1)
      frame.writeUInt8(below(256), random() < 0.7 ? below(2) : below(frame.length));
    socket.sendRaw(frame.subarray(0, 1 + below(frame.length)));
    return socket;
  };
  for (let round = 0; round < 50; round += 1) {
    const sockets = await Promise.all(Array.from({ length: 20 }, attack));
    await canary.settle();
    for (const socket of sockets) socket.cut();
    await soon(() => server.stats().connections).toBe(1);
  }
});

describe("who somebody is", () => {
  test("is not read from the address: a token there lets nobody in", async () => {
    const tokens: (string | undefined)[] = [];
    const { open } = await startServer({
      authenticate: ({ token }) => {
        tokens.push(token);
        return token === undefined ? null : { id: token };
      },
    });
    const connection = await open({ path: "/runwire?token=ann&access_token=ann" });
    connection.send({ type: "hello" });
    expect((await connection.closed).code).toBe(4401);
    expect(tokens).toEqual([undefined]);
  });

  test("is not read from a header or a field that names a user", async () => {
    const { open } = await startServer({
      authenticate: ({ token }) => (token === undefined ? null : { id: token }),
      authorize: ({ user }) => user.id === "ann",
    });
    const headers = { "X-User": "ann", "X-Forwarded-User": "ann", "X-Forwarded-For": "10.0.0.1" };
    const connection = await open({ headers });
    await connection.hello("eve");
    const answer = await connection.request({
      ...{ type: "list", channel: "c" },
      ...{ user: "ann", userId: "ann", actor: { type: "user", id: "ann" } },
    });
    expect(answer).toMatchObject({ type: "error", code: "forbidden" });
  });

  test("is not where somebody was: another's position opens nothing", async () => {
    const { connect: welcome } = await startServer({
      authorize: ({ user }) => user.id === "ann",
    });
    const [ann, eve] = [await welcome("ann"), await welcome("eve")];
    const { epoch, offset } = await ann.request({ type: "subscribe", channel: "c" });
    const from = { epoch, offset };
    const answer = await eve.request({ type: "subscribe", channel: "c", from });
    expect(answer).toMatchObject({ type: "error", code: "forbidden" });
    expect(JSON.stringify(answer)).not.toContain(String(epoch));
  });
});

test("who publishes without end does not keep others waiting until the end of it", async () => {
  const { connect: welcome } = await startServer();
  const [greedy, other] = [await welcome(), await welcome()];
  const count = 2_000;
  const data = "x".repeat(10_000);
  let answered = 0;
  greedy.onMessage(({ type }) => {
    if (type === "published") answered += 1;
  });
  const last = Array.from({ length: count }, (_, index) =>
    publish(greedy, [custom("n", { data })], { id: `greedy-${index}`, writer: "greedy" }),
  ).at(-1);
  expect(await publish(other, [custom("n")], { channel: "d" })).toMatchObject({ offset: 1 });
  expect(answered).toBeLessThan(count);
  await last;
  await soon(() => answered).toBe(count);
});

test("what the logger is told is one line, without a token, whatever a client sends", async () => {
  const told: string[] = [];
  const tell = (message: string) => void told.push(message);
  const fail = () => {
    throw new Error("no");
  };
  const token = "secret-of-ann\r\n\u001b[31m";
  const { open, connect: welcome } = await startServer({
    logger: { warn: tell, error: tell },
    authenticate: (credentials) => (credentials.token === token ? fail() : { id: "eve\r\n" }),
    authorize: fail,
  });
  const connection = await open();
  connection.send({ type: "hello", token });
  await connection.closed;
  const eve = await welcome("eve");
  const names = { channel: "c\r\n2026 forged", runId: "\u001b[31m" };
  for (const message of [
    { type: "list", channel: "c" },
    { type: "fetch", after: 0, ...names },
    { type: "command", name: "cancel\r\n", ...names },
    { type: "nonsense\r\n" },
  ])
    eve.send({ id: eve.freshId(), ...message });
  eve.send({ type: "report", code: "x\r\n", message: "\u001b[31m\r\nforged" });
  await eve.settle();
  expect(told).toHaveLength(2);
  for (const line of told) expect(line).not.toMatch(/\p{Cc}|secret-of/u);
});
