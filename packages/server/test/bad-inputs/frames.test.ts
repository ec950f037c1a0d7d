import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { Duplex } from "node:stream";
import { createMemoryStore } from "@runwire/store";
import { expect, test, vi } from "vitest";
import { createRunwireServer } from "../../src/index.ts";
import { createUpgradeHandler } from "../../src/node/handle-upgrade.ts";
import { encodeFrame, opcodes } from "../conformance/bare/frames.ts";
import { startServer } from "../conformance/support/server-under-test.ts";
import { createRandom } from "../support/disturbed-store.ts";
import { firstSeed, toAmount } from "./amount.ts";
import { createFaultLogger } from "./fault-logger.ts";
import { Mutator } from "./mutate.ts";

vi.setConfig({ testTimeout: 3_600_000 }); // as long as the number of frames that was asked for takes

const upgrade = {
  ...{ upgrade: "websocket", connection: "Upgrade", host: "127.0.0.1" },
  ...{ "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" },
  "sec-websocket-protocol": "runwire.v1",
};
const rules = {
  origins: "same-host",
  requireOrigin: false,
  allowedHosts: undefined,
  arrival: { address: undefined, host: "127.0.0.1", protocol: undefined },
} as const;
const toFrame = (text: string) =>
  encodeFrame({ opcode: opcodes.text, isLast: true, payload: Buffer.from(text) });
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The server's end of a connection without a network; `push` is what arrives there. */
class Line extends Duplex {
  sentBytes = 0;
  override _read(): void {}
  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.sentBytes += bytes.length;
    done();
  }
}

test("mutated frames end their own connection at most, by the rules of WebSocket, and leave nothing behind", async () => {
  const errors: unknown[] = [];
  const server = createRunwireServer({
    ...{ store: createMemoryStore(), access: "open-to-everyone" },
    logger: createFaultLogger(errors),
  });
  const handleUpgrade = createUpgradeHandler(server);
  const connect = () => {
    const request = new IncomingMessage(new Socket());
    Object.assign(request, { headers: upgrade, method: "GET", url: "/runwire" });
    const line = new Line();
    handleUpgrade(request, line, Buffer.alloc(0), rules);
    line.push(toFrame('{"type":"hello"}'));
    return line;
  };
  const mutator = new Mutator(createRandom(firstSeed));
  let lines = 0;
  for (let left = toAmount(10_000); left > 0; ) {
    const line = connect();
    lines += 1;
    // Some frames that follow a good hello; what comes after a broken one is read as part of it, or not at all.
    for (let frames = 1 + mutator.below(8); frames > 0 && !line.destroyed; frames -= 1) {
      line.push(mutator.bytes(toFrame(mutator.text())));
      left -= 1;
      if (mutator.below(2) === 0) await turn();
    }
    await turn();
    expect(line.sentBytes).toBeGreaterThan(100); // it was let in
    line.destroy();
    if (lines % 100 === 0) expect(server.stats().connections).toBeLessThan(10);
  }
  await vi.waitUntil(() => server.stats().connections === 0);
  expect(server.stats().subscriptions).toBe(0);
  expect(errors).toEqual([]);
  await server.close();
});

test("nor do they over real sockets, and others are served meanwhile", async () => {
  const { connect, open, server } = await startServer({
    limits: { maxUnwelcomedPerAddress: 1_000 },
  });
  const canary = await connect();
  const mutator = new Mutator(createRandom(firstSeed));
  const attack = async () => {
    const { socket } = await open();
    socket.sendRaw(toFrame('{"type":"hello"}'));
    for (let frames = 1 + mutator.below(8); frames > 0; frames -= 1)
      socket.sendRaw(mutator.bytes(toFrame(mutator.text())));
    return socket;
  };
  // A hundredth of the frames: sockets are slow.
  for (let left = toAmount(40_000) / 100; left > 0; left -= 20 * 4.5) {
    const sockets = await Promise.all(Array.from({ length: 20 }, attack));
    await canary.settle();
    for (const socket of sockets) socket.cut();
    await vi.waitUntil(() => server.stats().connections === 1, { timeout: 10_000 });
  }
  await canary.settle();
});
