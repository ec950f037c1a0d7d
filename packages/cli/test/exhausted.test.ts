import { readdirSync } from "node:fs";
import { connect as dial, type Socket } from "node:net";
import { startRun } from "@runwire/agent";
import { createRunwireClient } from "@runwire/client";
import { expect, onTestFinished, test } from "vitest";
import { startServeWith } from "./support/run-cli.ts";

/** How many files and sockets the server may open. */
const limit = 80;

// Only Linux tells of another process what it has open.
test.skipIf(process.platform !== "linux")(
  "a server without descriptors goes on for who is connected, and lets others in when there are some again",
  async () => {
    const { url, port, child } = await startServeWith({ descriptors: limit }, "--access", "open");
    const connect = () => {
      const client = createRunwireClient({ url, backoff: { firstMs: 20, maxMs: 200 } });
      onTestFinished(() => client.close());
      return client;
    };
    const run = await startRun(connect(), { channel: "c", agent: { name: "tester" } });
    const sockets: Socket[] = [];
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    for (let count = 0; count < 150; count += 1) {
      sockets.push(dial(port, "127.0.0.1").on("error", () => {}));
    }
    const descriptors = () => readdirSync(`/proc/${child.pid}/fd`).length;
    await expect.poll(descriptors, { timeout: 10_000 }).toBeGreaterThanOrEqual(limit - 2);
    for (let word = 0; word < 20; word += 1) await run.say(`${word} `);
    for (const socket of sockets) socket.destroy();
    const { runs } = await connect().channel("c").runs();
    expect(runs).toMatchObject([{ runId: run.runId, status: "running" }]);
    await run.complete();
  },
  30_000,
);
