import { expect, test, vi } from "vitest";
import { dialRaw, post, postText, rawPost } from "../conformance/bare/bare-http.ts";
import { startServer } from "../conformance/support/server-under-test.ts";
import { soon } from "../conformance/support/soon.ts";
import { createRandom } from "../support/disturbed-store.ts";
import { firstSeed, toAmount } from "./amount.ts";
import { createFaultLogger } from "./fault-logger.ts";
import { Mutator } from "./mutate.ts";

vi.setConfig({ testTimeout: 3_600_000 }); // as long as the number of inputs that was asked for takes

const unlimited = { perSecond: 1e9, burst: 1e9 };

function startVictim(faults: unknown[]) {
  return startServer({
    limits: { messageRate: unlimited, maxBadMessagesPerMinute: 1e9, replayBytesPerMinute: 1e15 },
    commands: { connectTimeoutMs: 1 },
    logger: createFaultLogger(faults),
  });
}

const list = { type: "list", channel: "c" };
/** What a message may be answered with, whatever it is; a fault of the server's own is none of it. */
const statuses = [200, 204, 400, 404, 409, 413];

test("whatever the body, it is answered by a message, and the server has no fault of its own", async () => {
  const faults: unknown[] = [];
  const { port, server } = await startVictim(faults);
  const mutator = new Mutator(createRandom(firstSeed));
  const seen = new Set<number>();
  for (let left = toAmount(600); left > 0; left -= 1) {
    const { status, text } = await postText(port, mutator.text());
    seen.add(status);
    if (!statuses.includes(status)) throw new Error(`${status}: ${text}`);
    if (status >= 400) expect(JSON.parse(text)).toMatchObject({ type: "error" });
  }
  expect([...seen]).toEqual(expect.arrayContaining([200, 204, 400]));
  expect(faults).toEqual([]);
  await soon(() => server.stats().connections).toBe(0);
});

test("whatever the bytes of a request, others are served, and nothing is left of it", async () => {
  const faults: unknown[] = [];
  const { port, server } = await startVictim(faults);
  const random = createRandom(firstSeed);
  const whole = rawPost({ ...list, id: "1" }, { connection: "close" });
  for (let left = toAmount(400); left > 0; left -= 1) {
    const peer = dialRaw(port, mutated(whole, random));
    peer.socket.end();
    await peer.closed;
    expect(peer.text()).toMatch(/^(HTTP\/1\.1 [24]\d\d |$)/);
  }
  expect((await post(port, list)).status).toBe(200);
  expect(faults).toEqual([]);
  await soon(() => server.stats().connections).toBe(0);
});

/** The bytes with a few of them changed, taken away, or doubled. */
function mutated(text: string, random: () => number): Buffer {
  let bytes = Buffer.from(text);
  for (let count = 1 + Math.floor(random() * 3); count > 0; count -= 1) {
    const at = Math.floor(random() * bytes.length);
    const length = Math.floor(random() * 12);
    const piece = [
      Buffer.from([Math.floor(random() * 256)]),
      Buffer.alloc(0),
      bytes.subarray(at, at + 2 * length),
    ][Math.floor(random() * 3)];
    bytes = Buffer.concat([
      bytes.subarray(0, at),
      piece ?? Buffer.alloc(0),
      bytes.subarray(at + length),
    ]);
  }
  return bytes;
}
