import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { promisify } from "node:util";
import { createMemoryStore } from "@runwire/store";
import { describe, expect, onTestFinished, test } from "vitest";
import { createRunwireServer } from "../../src/index.ts";
import { type AttachOptions, attachRunwire } from "../../src/node.ts";
import { openConnection } from "../conformance/bare/bare-connection.ts";
import { encodeFrame, opcodes } from "../conformance/bare/frames.ts";
import { createRandom } from "../support/disturbed-store.ts";

const app: RequestListener = (request, response) => response.end(`app ${request.url}`);

async function listen(http: Server): Promise<number> {
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  // A TCP server that listens has an address with a port.
  return (http.address() as AddressInfo).port;
}

function createRunwire() {
  const runwire = createRunwireServer({ store: createMemoryStore(), access: "open-to-everyone" });
  onTestFinished(() => runwire.close());
  return runwire;
}

async function start(options: AttachOptions = {}) {
  const http = createServer(app);
  const runwire = createRunwire();
  const detach = attachRunwire(runwire, http, options);
  const port = await listen(http);
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  return { http, runwire, detach, port, get };
}

/** Writes bytes, and waits for the end of the connection or for what comes within a moment. */
async function send(port: number, bytes: string | Buffer): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  let text = "";
  socket.on("data", (data) => {
    text += data.toString("latin1");
  });
  socket.end(bytes);
  await once(socket, "close");
  return text;
}

const upgradeTo = (path: string, headers = "") =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers}\r\n`;

describe("an application's own server", () => {
  test("goes on to answer everything but the path", async () => {
    const { get } = await start();
    expect(await get("/")).toBe("app /");
    expect(await get("/runwirehead")).toBe("app /runwirehead");
    expect(await get("/x/runwire/status")).toBe("app /x/runwire/status");
    expect(JSON.parse(await get("/runwire/status"))).toMatchObject({ status: "ok" });
  });

  test("gets its own upgrades, where it listens for them", async () => {
    const { http, port } = await start();
    http.on("upgrade", (request, socket) => {
      if (request.url === "/own") socket.end("HTTP/1.1 418 Mine\r\n\r\n");
    });
    expect(await send(port, upgradeTo("/own"))).toContain("418 Mine");
    const connection = await openConnection({ port });
    await connection.hello();
    connection.socket.cut();
  });

  test("keeps an upgrade for another path from everybody, where it says so", async () => {
    const { http, port } = await start({ refuseOtherUpgrades: true });
    // It would answer at its leisure, or never.
    http.on("upgrade", () => {});
    expect(await send(port, upgradeTo("/own"))).toContain("404 Not Found");
  });

  test("answers an upgrade that nobody takes, instead of holding its socket for ever", async () => {
    const { port } = await start();
    expect(await send(port, upgradeTo("/elsewhere"))).toContain("404 Not Found");
  });

  test("may have several paths, which are let go of in any order", async () => {
    const { http, detach, port, get } = await start({ path: "/one" });
    const detachTwo = attachRunwire(createRunwire(), http, { path: "/two" });
    attachRunwire(createRunwire(), http, { path: "/three" });
    for (const path of ["/one", "/two", "/three"]) {
      const connection = await openConnection({ port, path });
      await connection.hello();
      connection.socket.cut();
    }
    expect(await send(port, upgradeTo("/four"))).toContain("404");
    detach();
    detach();
    expect(await get("/one/status")).toBe("app /one/status");
    expect(await get("/two/status")).toContain("ok");
    detachTwo();
    expect(await get("/two/status")).toBe("app /two/status");
    expect(await get("/three/status")).toContain("ok");
    expect(await send(port, upgradeTo("/one"))).toContain("404");
  });

  test("is as before once it is let go of", async () => {
    const { http, detach, get } = await start();
    detach();
    expect(http.listeners("request")).toEqual([app]);
    expect(http.listenerCount("upgrade")).toBe(0);
    expect(await get("/runwire/status")).toBe("app /runwire/status");
  });

  test.each([["runwire"], ["/"], ["/a b"], [""], ["/a/"]])("cannot have %j as a path", (path) => {
    expect(() => attachRunwire(createRunwire(), createServer(), { path })).toThrow("path is");
  });

  test("is told of a wrong origin when it starts", () => {
    const attach = () => attachRunwire(createRunwire(), createServer(), { origins: ["*"] });
    expect(attach).toThrow('"*" is no origin');
  });
});

test("a peer that is refused and keeps its half open is let go of after a second", async () => {
  const { http, port } = await start({ refuseOtherUpgrades: true });
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  socket.write(upgradeTo("/elsewhere"));
  await once(socket.resume(), "end");
  const open = () => promisify(http.getConnections.bind(http))();
  expect(await open()).toBe(1);
  await expect.poll(open, { timeout: 5_000 }).toBe(0);
});

test("a handler of a status that fails is a 500 that says nothing, not the end of the process", async () => {
  const http = createServer(app);
  const runwire = createRunwire();
  const status = () => Promise.reject(new Error("postgres://secret"));
  attachRunwire({ ...runwire, status }, http);
  const response = await fetch(`http://127.0.0.1:${await listen(http)}/runwire/status`);
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("secret");
});

test("an application's origin function that throws refuses, and the process goes on", async () => {
  const origins = () => {
    throw new Error("no");
  };
  const { port } = await start({ origins });
  const headers = "Origin: https://a.com\r\nSec-WebSocket-Protocol: runwire.v1\r\n";
  expect(await send(port, upgradeTo("/runwire", headers))).toContain("403");
});

describe("whatever comes over the wire", () => {
  const parts = [
    "GET /runwire HTTP/1.1\r\n",
    "GET // HTTP/1.1\r\n",
    "GET http://[ HTTP/1.1\r\n",
    "POST /runwire/status HTTP/1.1\r\n",
    "PRI * HTTP/2.0\r\n",
    "\x16\x03\x01\x02\x00\x01",
    "Host: 127.0.0.1\r\n",
    "Host: [\r\n",
    "Origin: https://a@b\r\n",
    "Upgrade: websocket\r\nConnection: Upgrade\r\n",
    "Upgrade: h2c\r\nConnection: Upgrade\r\n",
    "Sec-WebSocket-Version: 13\r\n",
    "Sec-WebSocket-Version: 8\r\n",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
    "Sec-WebSocket-Key: short\r\n",
    "Sec-WebSocket-Protocol: runwire.v1\r\n",
    "Sec-WebSocket-Protocol: ,,;=\r\n",
    "Sec-WebSocket-Extensions: permessage-deflate; x=\r\n",
    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    "Content-Length: -1\r\n",
    "\r\n",
    "\r\n\x81\x85\x00\x00\x00\x00hello",
    "\r\n\xff\xff\xff\xff",
  ];

  test("1,000 random requests and upgrades leave the server alive and empty", async () => {
    const { port, get, runwire } = await start();
    const random = createRandom(7);
    const pick = () => parts[Math.floor(random() * parts.length)] ?? "";
    const one = async () => {
      const count = 1 + Math.floor(random() * 9);
      const first = random() < 0.8 ? "GET /runwire HTTP/1.1\r\n" : "";
      const text = first + Array.from({ length: count }, pick).join("");
      await new Promise<void>((resolve) => {
        const socket = connect(port, "127.0.0.1", () => {
          socket.write(Buffer.from(`${text}\r\n`, "latin1"));
          if (random() < 0.5) socket.resetAndDestroy();
          else socket.end();
        });
        socket.on("error", () => {}).on("close", () => resolve());
        socket.resume();
      });
    };
    for (let round = 0; round < 20; round += 1) await Promise.all(Array.from({ length: 50 }, one));
    expect(JSON.parse(await get("/runwire/status"))).toMatchObject({ status: "ok" });
    await expect.poll(() => runwire.stats().connections).toBe(0);
  });

  const open = async () => {
    const { port, runwire } = await start();
    const connection = await openConnection({ port });
    await connection.hello();
    const canary = await openConnection({ port });
    await canary.hello();
    onTestFinished(() => {
      connection.socket.cut();
      canary.socket.cut();
    });
    return { connection, canary, runwire };
  };

  test("a message in 65 pieces is closed 1009, one in 64 is a message", async () => {
    const { connection } = await open();
    const sendPieces = (count: number) => {
      const payload = Buffer.from('{"type":"ping","at":1}');
      for (let index = 0; index < count; index += 1) {
        const piece = index === 0 ? payload : Buffer.alloc(0);
        const opcode = index === 0 ? opcodes.text : opcodes.continuation;
        connection.socket.sendFrame({ opcode, isLast: index === count - 1, payload: piece });
      }
    };
    sendPieces(64);
    expect(await connection.nextOf("pong")).toMatchObject({ at: 1 });
    sendPieces(65);
    expect([1008, 1009]).toContain((await connection.closed).code);
  });

  test("a flood of pings that reads nothing is bounded, and others do not notice", async () => {
    const { connection, canary, runwire } = await open();
    connection.socket.pause();
    const payload = Buffer.alloc(100);
    for (let count = 0; count < 50_000; count += 1)
      connection.socket.sendFrame({ opcode: opcodes.ping, isLast: true, payload });
    await canary.settle();
    expect(runwire.stats().bufferedBytes).toBeLessThan(65_536);
  });

  test("a flood of unsubscribes that reads nothing is left unread", async () => {
    const { connection, canary, runwire } = await open();
    connection.socket.pause();
    const channel = "c".repeat(200);
    const text = JSON.stringify({ type: "unsubscribe", id: "i".repeat(128), channel });
    const frame = encodeFrame({ opcode: opcodes.text, isLast: true, payload: Buffer.from(text) });
    const many = Buffer.concat(Array.from({ length: 1_000 }, () => frame));
    for (let count = 0; count < 60; count += 1) connection.socket.sendRaw(many);
    await canary.settle();
    for (let turn = 0; turn < 50; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      expect(runwire.stats().bufferedBytes).toBeLessThan(1_048_576 + 131_072);
    }
    await canary.settle();
  });
});

test("a socket that is reset while it upgrades does not end the process", async () => {
  const { port, get } = await start();
  const sockets: Socket[] = [];
  for (let count = 0; count < 100; count += 1) {
    const socket = connect(port, "127.0.0.1", () => {
      const path = count % 2 === 0 ? "/runwire" : "/elsewhere";
      socket.write(upgradeTo(path, "Sec-WebSocket-Protocol: runwire.v1\r\n"), () =>
        socket.resetAndDestroy(),
      );
    });
    socket.on("error", () => {});
    sockets.push(socket);
  }
  await Promise.all(sockets.map((socket) => socket.closed || once(socket, "close")));
  expect(await get("/")).toBe("app /");
});
