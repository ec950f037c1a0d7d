import { expect, test } from "vitest";
import { startServer } from "./conformance/support/server-under-test.ts";

test("a process that stands still for longer than any time-out drops nobody for it", async () => {
  const { connect, server } = await startServer({
    heartbeat: { intervalMs: 300, timeoutMs: 1_500 },
    slowReader: { timeoutMs: 1_500 },
  });
  const connections = await Promise.all(Array.from({ length: 20 }, () => connect()));
  // Really: nothing of this process runs meanwhile, and the kernel goes on to take what comes.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500);
  await Promise.all(connections.map((connection) => connection.settle()));
  expect(server.stats().connections).toBe(20);
});
