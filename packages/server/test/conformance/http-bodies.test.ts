import { gzipSync } from "node:zlib";
import { FakeClock } from "@runwire/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { dialRaw, post, postText, rawHead, rawPost } from "./bare/bare-http.ts";
import { createHeldStore } from "./support/held-store.ts";
import { custom, started, thinking } from "./support/sample-events.ts";
import { startServer } from "./support/server-under-test.ts";
import { soon } from "./support/soon.ts";

function publishing(id: string, events: readonly unknown[] = [custom("a", { data: id })]) {
  return { type: "publish", id, writer: "w", channel: "c", events };
}

/** Sends bytes as they are. */
function dial(port: number, bytes: string | Uint8Array = "") {
  const peer = dialRaw(port, bytes);
  onTestFinished(() => void peer.socket.destroy());
  return peer;
}

/** A list that is so many bytes long. */
function listOf(bytes: number): string {
  const text = JSON.stringify({ type: "list", id: "1", channel: "c" });
  return `${text.slice(0, -1)}${" ".repeat(bytes - text.length)}}`;
}

const maxMessageBytes = 2_000;

describe("[RW-HTTP-10] a body", () => {
  test.each([
    [1_999, 200],
    [2_000, 200],
    [2_001, 413],
    [3_000_000, 413],
  ])("of %i bytes, where 2,000 are allowed, is answered %i", async (bytes, status) => {
    const { port } = await startServer({ limits: { maxMessageBytes, maxEventBytes: 1_000 } });
    expect(await postText(port, listOf(bytes))).toMatchObject({ status });
    expect(await postText(port, inPieces(listOf(bytes)))).toMatchObject({ status });
  });

  test("whose head says that it is too large is refused before it comes", async () => {
    const { port } = await startServer({ limits: { maxMessageBytes, maxEventBytes: 1_000 } });
    const peer = dial(port, rawHead({ "content-length": 1e15 }));
    await peer.closed;
    expect(peer.text()).toMatch(/^HTTP\/1\.1 413 [\s\S]*"bad_message"/);
  });

  test("that never ends is cut once it is too large, and others are answered meanwhile", async () => {
    const { port, server } = await startServer({
      limits: { maxMessageBytes, maxEventBytes: 1_000 },
    });
    const peer = dial(port, rawHead({ "transfer-encoding": "chunked" }));
    const chunk = `400\r\n${"x".repeat(1_024)}\r\n`;
    const pour = setInterval(() => peer.socket.write(chunk), 1);
    onTestFinished(() => clearInterval(pour));
    await soon(() => peer.text()).toContain("HTTP/1.1 413 ");
    expect((await postText(port, listOf(100))).status).toBe(200);
    await peer.closed;
    await soon(() => server.stats().connections).toBe(0);
  });

  test.each([
    ["gzip", gzipSync(listOf(100))],
    ["deflate", new Uint8Array(10)],
    ["br", new Uint8Array(10)],
    ["gzip, identity", gzipSync(listOf(100))],
  ])("that is compressed by %s is refused with 415", async (encoding, body) => {
    const { port } = await startServer();
    const headers = { "content-encoding": encoding };
    const reply = await postText(port, new Uint8Array(body), { headers });
    expect(reply).toMatchObject({ status: 415, message: { code: "bad_message" } });
    expect(reply.headers.get("accept-encoding")).toBe("identity");
  });

  test.each([
    ["is empty", ""],
    ["is no JSON", "{"],
    ["is a list", "[]"],
    ["is null", "null"],
    ["is a text", '"list"'],
    ["has no type", "{}"],
    ["has a type that is no text", '{"type":1}'],
    ["has a mark in front", `\ufeff${listOf(100)}`],
    ["is a form", "type=list&channel=c"],
    ["is two messages", `${listOf(100)}\n${listOf(100)}`],
  ])("that %s is no message: 400", async (_what, body) => {
    const { port } = await startServer();
    const reply = await postText(port, body);
    expect(reply).toMatchObject({ status: 400, message: { code: "bad_message" } });
  });

  test("that is not UTF-8 is no message: 400", async () => {
    const { port } = await startServer();
    const [head = "", tail = ""] = listOf(100).split('"c"');
    const body = Buffer.concat([
      Buffer.from(`${head}"`),
      Buffer.from([0xc3]),
      Buffer.from(`"${tail}`),
    ]);
    const reply = await postText(port, new Uint8Array(body));
    expect(reply).toMatchObject({ status: 400, message: { code: "bad_message" } });
  });

  test("that is nested too deep is refused as over a socket, whatever its size", async () => {
    const { port } = await startServer();
    const data = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const command = `{"type":"command","id":"1","channel":"c","runId":"r","name":"x","data":${data}}`;
    expect(await postText(port, command)).toMatchObject({
      status: 400,
      message: { code: "bad_message", id: "1" },
    });
    const event = JSON.stringify(custom("a", { data: "…" })).replace('"…"', data);
    const publish = `{"type":"publish","id":"1","writer":"w","channel":"c","events":[${event}]}`;
    expect(await postText(port, publish)).toMatchObject({
      status: 400,
      message: { code: "invalid_event", id: "1", index: 0 },
    });
  });

  test("whose second half does not come is refused with 408 after 15 s, and does nothing", async () => {
    const clock = new FakeClock();
    const { port, server, store } = await startServer({ clock });
    const whole = rawPost(publishing("1"));
    const peer = dial(port, whole.slice(0, -10));
    await whenBodyIsAwaited(clock);
    await clock.advance(14_900);
    expect(peer.text()).toBe("");
    await clock.advance(200);
    await peer.closed;
    expect(peer.text()).toMatch(/^HTTP\/1\.1 408 [\s\S]*"bad_message"/);
    await soon(() => server.stats().connections).toBe(0);
    expect((await store.head("c")).offset).toBe(0);
  });

  test("is not late because this process stood still", async () => {
    const clock = new FakeClock();
    const { port } = await startServer({ clock });
    const whole = rawPost({ type: "list", id: "1", channel: "c" });
    const peer = dial(port, whole.slice(0, -10));
    await whenBodyIsAwaited(clock);
    await clock.stall(60_000);
    peer.socket.write(whole.slice(-10));
    await soon(() => peer.text()).toContain("HTTP/1.1 200 ");
  });

  test("whose second half is cut off does nothing, and leaves nothing behind", async () => {
    const { port, server, store } = await startServer();
    const whole = rawPost(publishing("1"));
    for (const end of ["end", "resetAndDestroy"] as const) {
      const peer = dial(port, whole.slice(0, -10));
      await soon(() => server.stats().connections).toBe(1);
      peer.socket[end]();
      await peer.closed;
      await soon(() => server.stats().connections).toBe(0);
      expect(peer.text()).not.toContain("HTTP/1.1 200");
    }
    expect((await store.head("c")).offset).toBe(0);
  });

  test("that comes byte by byte is a body", async () => {
    const { port } = await startServer();
    const peer = dial(port);
    peer.socket.setNoDelay(true);
    for (const byte of rawPost({ type: "list", id: "1", channel: "c" }, { connection: "close" })) {
      peer.socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await peer.closed;
    expect(peer.text()).toMatch(/^HTTP\/1\.1 200 [\s\S]*"listed"/);
  });

  test("of a stranger is not waited for: 401 comes without it", async () => {
    const { port, server } = await startServer({ authenticate: () => null });
    const peer = dial(port, rawHead({ "content-length": 1_000 }));
    await soon(() => peer.text()).toContain("HTTP/1.1 401 ");
    await peer.closed;
    await soon(() => server.stats().connections).toBe(0);
  });

  test("that is announced by Expect: 100-continue is asked for, and answered", async () => {
    const { port } = await startServer();
    const body = listOf(100);
    const peer = dial(port, rawHead({ "content-length": 100, expect: "100-continue" }));
    await soon(() => peer.text()).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    peer.socket.write(body);
    await soon(() => peer.text()).toMatch(/HTTP\/1\.1 200 [\s\S]*"listed"/);
    const other = dial(port, rawHead({ "content-length": 100, expect: "200-maybe" }));
    await soon(() => other.text()).toContain("HTTP/1.1 417 ");
  });

  test("that is smuggled behind another is no request of its own", async () => {
    const { port, store } = await startServer();
    const inner = rawPost(publishing("smuggled"));
    const headers = { "content-length": inner.length, "transfer-encoding": "chunked" };
    const peer = dial(port, `${rawHead(headers)}0\r\n\r\n${inner}`);
    await peer.closed;
    expect(peer.text()).toMatch(/^HTTP\/1\.1 400 /);
    expect((await store.head("c")).offset).toBe(0);
  });
});

describe("[RW-HTTP-12] requests on one socket", () => {
  test("are handled and answered one after another, however many were sent ahead", async () => {
    const { store, begun, hold, release } = createHeldStore();
    const { port } = await startServer({ store });
    hold();
    const all = [
      publishing("1", [started("r")]),
      publishing("2", [thinking("r", "a")]),
      publishing("3", [thinking("r", "b")]),
      { type: "fetch", id: "4", channel: "c", after: 0 },
    ];
    const peer = dial(port, all.map((message) => rawPost(message)).join(""));
    await soon(() => begun).toEqual(["1"]);
    await post(port, { type: "list", channel: "c" });
    expect(begun).toEqual(["1"]);
    release();
    await soon(() => peer.answers()).toBe(4);
    expect(begun).toEqual(["1", "2", "3"]);
    const ids = [...peer.text().matchAll(/"(?:published|fetched)","id":"(\d)"/g)];
    expect(ids.map(([, id]) => id)).toEqual(["1", "2", "3", "4"]);
    expect(peer.text()).toContain('"head":3');
  });

  test("do not wait for those on another", async () => {
    const { store, begun, hold, release } = createHeldStore();
    const { port } = await startServer({ store });
    hold();
    const slow = post(port, publishing("1"));
    await soon(() => begun).toEqual(["1"]);
    expect((await post(port, { type: "list", channel: "other" })).status).toBe(200);
    release();
    expect((await slow).status).toBe(200);
  });

  test("that are not begun when their peer goes are dropped; the one that is goes on", async () => {
    const { store, begun, hold, release } = createHeldStore();
    const { port, server } = await startServer({ store });
    hold();
    const peer = dial(port, rawPost(publishing("1")) + rawPost(publishing("2")));
    await soon(() => begun).toEqual(["1"]);
    peer.socket.resetAndDestroy();
    await soon(() => server.stats().connections).toBe(0);
    release();
    expect((await post(port, publishing("3"))).message.offset).toBe(2);
    expect(begun).toEqual(["1", "3"]);
  });

  test("that wait for who they are when their peer goes are dropped", async () => {
    let answer: () => void = () => {};
    const { port, server, store } = await startServer({
      authenticate: () =>
        new Promise((resolve) => {
          answer = () => resolve({ id: "ann" });
        }),
      authorize: () => true,
    });
    const abort = new AbortController();
    const dropped = post(port, publishing("1"), { signal: abort.signal }).catch(() => "dropped");
    await soon(() => server.stats().connections).toBe(1);
    abort.abort();
    expect(await dropped).toBe("dropped");
    await soon(() => server.stats().connections).toBe(0);
    answer();
    await new Promise((resolve) => setImmediate(resolve));
    expect((await store.head("c")).offset).toBe(0);
  });

  test("are at most 16 ahead of the one that is handled: one more cuts the socket", async () => {
    const { store, begun, hold, release } = createHeldStore();
    const { port, server } = await startServer({ store });
    hold();
    const ahead = (count: number) =>
      Array.from({ length: count }, (_, index) => rawPost(publishing(`${index}`))).join("");
    const patient = dial(port, ahead(16));
    await soon(() => begun).toEqual(["0"]);
    const greedy = dial(port, ahead(17));
    await greedy.closed;
    release();
    await soon(() => patient.answers()).toBe(16);
    patient.socket.destroy();
    await soon(() => server.stats().connections).toBe(0);
  });
});

/** The time of a body goes by in ten steps, as all patience with others does. */
function whenBodyIsAwaited(clock: FakeClock) {
  return soon(() => clock.pending()).toContain(1_500);
}

/** A body without a length. */
function inPieces(text: string): ReadableStream {
  const bytes = new TextEncoder().encode(text);
  const middle = Math.floor(bytes.length / 2);
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes.slice(0, middle));
      controller.enqueue(bytes.slice(middle));
      controller.close();
    },
  });
}
