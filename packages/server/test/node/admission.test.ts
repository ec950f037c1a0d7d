import { connect } from "node:net";
import { createMemoryStore } from "@runwire/store";
import { describe, expect, onTestFinished, test } from "vitest";
import { defaultServerOptions } from "../../src/index.ts";
import { UpgradeRefused } from "../conformance/bare/bare-socket.ts";
import { encodeFrame, opcodes } from "../conformance/bare/frames.ts";
import { custom } from "../conformance/support/sample-events.ts";
import { publish, startServer } from "../conformance/support/server-under-test.ts";
import { HeldTurns } from "../support/held-turns.ts";

/** `expect` of what will hold soon, however busy the machine is. */
function soon<Value>(read: () => Value) {
  return expect.poll(read, { timeout: 10_000, interval: 2 });
}

/** A server whose turn of the loop is used up, so that whoever comes now waits. */
async function startBusyServer(queue = 3) {
  const clock = new HeldTurns();
  const under = await startServer({
    clock,
    random: () => 0.5,
    admission: { queue },
    authenticate: ({ token = "anybody" }) => ({ id: token }),
  });
  const inside = await under.connect();
  await publish(inside, [custom("one")]);
  const silent = await under.open();
  clock.use(defaultServerOptions.admission.turnMs);
  const admission = () => under.server.stats().admission;
  const goOn = async () => {
    for (let turn = 0; turn < 10; turn += 1) await clock.endTurn();
  };
  return { ...under, clock, inside, silent, admission, goOn };
}

/** A store whose pages come when they are released. */
function createHeldReads() {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let count = 0;
  const store = createMemoryStore();
  const read = store.read.bind(store);
  store.read = async (request) => {
    count += 1;
    await released;
    return read(request);
  };
  return { store, release: () => release(), reads: () => count };
}

const upgrade =
  "GET /runwire HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
  "Sec-WebSocket-Protocol: runwire.v1\r\n\r\n";

/** A TCP connection that asks for an upgrade, and sends these texts along with it. */
function dial(port: number, ...texts: readonly string[]) {
  const frames = texts.map((text) =>
    encodeFrame({ opcode: opcodes.text, isLast: true, payload: Buffer.from(text) }),
  );
  const bytes = Buffer.concat([Buffer.from(upgrade), ...frames]);
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

describe("while more come than one turn of the loop has time for", () => {
  test("upgrades wait, those beyond the queue get 503 and a time to come back, and pings are answered", async () => {
    const { open, inside, admission, goOn } = await startBusyServer();
    const waiting = [open(), open(), open()];
    await soon(() => admission().waitingUpgrades).toBe(3);
    const refused: unknown = await open().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UpgradeRefused);
    // Half of the 10 s over which they are spread, after 1 s at least.
    expect(refused).toMatchObject({
      status: 503,
      head: expect.stringMatching(/retry-after: 6(\r|$)/),
    });
    expect(await inside.settle()).toMatchObject({ type: "pong" });
    expect(admission()).toMatchObject({ waitingUpgrades: 3, refused: 1 });
    await goOn();
    for (const connection of await Promise.all(waiting))
      expect(await connection.hello()).toMatchObject({ type: "welcome" });
  });

  test("a greeting waits, and pings of who is in do not", async () => {
    const { silent, inside, admission, goOn } = await startBusyServer();
    const welcome = silent.hello();
    await soon(() => admission().waitingGreetings).toBe(1);
    expect(await inside.settle()).toMatchObject({ type: "pong" });
    expect(silent.unread).toEqual([]);
    await goOn();
    expect(await welcome).toMatchObject({ type: "welcome" });
  });

  test("a greeting that waits for too long is told when to come back, and closed 1013", async () => {
    const { clock, silent, admission } = await startBusyServer();
    silent.send({ type: "hello" });
    await soon(() => admission().waitingGreetings).toBe(1);
    await clock.advance(defaultServerOptions.admission.queueTimeoutMs);
    expect(await silent.nextOf("reconnect")).toMatchObject({ afterMs: 7_500 });
    expect((await silent.closed).code).toBe(1013);
  });

  test("an upgrade that waits for too long gets 503", async () => {
    const { clock, open, admission } = await startBusyServer();
    const refused = open().catch((error: unknown) => error);
    await soon(() => admission().waitingUpgrades).toBe(1);
    await clock.advance(defaultServerOptions.admission.queueTimeoutMs);
    expect(await refused).toMatchObject({ status: 503 });
  });

  test("a subscribe waits, is served, and loses nothing that came meanwhile", async () => {
    const { inside, admission, goOn } = await startBusyServer();
    const subscribed = inside.request({ type: "subscribe", channel: "c" });
    await soon(() => admission().waitingResumes).toBe(1);
    await publish(inside, [custom("two")]);
    expect(inside.unread).toEqual([]);
    await goOn();
    expect(await subscribed).toMatchObject({ type: "subscribed", offset: 2, from: 0 });
    await goOn();
    expect(await inside.nextOf("events")).toMatchObject({ after: 0, offset: 2 });
    expect(admission()).toMatchObject({ waitingResumes: 0, resumesInFlight: 0 });
  });

  test("a page of history takes a place among the resumes, and gives it back", async () => {
    const { store, release, reads } = createHeldReads();
    const under = await startServer({ store, admission: { resumesInFlight: 1 } });
    const [one, two] = [await under.connect(), await under.connect()];
    await publish(one, [custom("one")]);
    expect(await one.request({ type: "subscribe", channel: "c" })).toMatchObject({ offset: 1 });
    await soon(reads).toBe(1);
    const subscribed = two.request({ type: "subscribe", channel: "d" });
    const admission = () => under.server.stats().admission;
    await soon(admission).toMatchObject({ resumesInFlight: 1, waitingResumes: 1 });
    release();
    expect(await subscribed).toMatchObject({ type: "subscribed", offset: 0 });
    expect(await one.nextOf("events")).toMatchObject({ offset: 1 });
    await soon(admission).toMatchObject({ resumesInFlight: 0, waitingResumes: 0 });
  });

  test("a client that goes while its greeting waits leaves nothing behind", async () => {
    const { silent, admission, goOn, clock } = await startBusyServer();
    silent.send({ type: "hello" });
    await soon(() => admission().waitingGreetings).toBe(1);
    silent.socket.cut();
    await soon(() => admission().waitingGreetings).toBe(0);
    await goOn();
    await clock.advance(defaultServerOptions.admission.queueTimeoutMs);
    expect(admission()).toMatchObject({ refused: 0 });
  });

  test("a peer that goes before its turn leaves nothing behind", async () => {
    const { port, admission, server, goOn } = await startBusyServer();
    const { socket } = dial(port);
    await soon(() => admission().waitingUpgrades).toBe(1);
    socket.resetAndDestroy();
    await soon(() => admission().waitingUpgrades).toBe(0);
    await goOn();
    expect(server.stats()).toMatchObject({ connections: 2 });
    expect(admission()).toMatchObject({ refused: 0 });
  });

  test("what came with the upgrade in the same bytes, and what came while it waited, is handed on", async () => {
    const { port, admission, goOn } = await startBusyServer();
    const { socket, text } = dial(port, '{"type":"hello"}');
    await soon(() => admission().waitingUpgrades).toBe(1);
    const payload = Buffer.from('{"type":"ping","at":7}');
    socket.write(encodeFrame({ opcode: opcodes.text, isLast: true, payload }));
    await goOn();
    await soon(async () => {
      await goOn();
      return text();
    }).toMatch(/101 Switching Protocols.*"welcome".*"pong","at":7/s);
  });

  test("who waits counts for the limits of its address and of the server", async () => {
    const { open, admission } = await startBusyServer(100);
    // One is open and silent.
    const { maxUnwelcomedPerAddress } = defaultServerOptions.limits;
    for (let count = 1; count < maxUnwelcomedPerAddress; count += 1) open().catch(() => {});
    await soon(() => admission().waitingUpgrades).toBe(maxUnwelcomedPerAddress - 1);
    expect(await open().catch((error: unknown) => error)).toMatchObject({ status: 429 });
  });

  test("a server that closes turns away who waits, with 503", async () => {
    const { open, admission, server, clock } = await startBusyServer();
    const refused = open().catch((error: unknown) => error);
    await soon(() => admission().waitingUpgrades).toBe(1);
    const closing = server.close();
    expect(await refused).toMatchObject({ status: 503 });
    for (let second = 0; second < 40; second += 1) await clock.advance(1_000);
    await closing;
  });
});
