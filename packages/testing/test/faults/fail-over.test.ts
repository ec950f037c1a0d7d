import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRunwireClient } from "@runwire/client";
import { createSqliteStore } from "@runwire/store/sqlite";
import { expect, onTestFinished, test, vi } from "vitest";
import { createTestServer, type TestServer } from "../../src/index.ts";
import { startTcpServer } from "./support.ts";

vi.setConfig({ testTimeout: 20_000 }); // real sockets and files, on a machine that may be busy

/** A node of its own on a file that it shares. */
async function startNode(file: string): Promise<TestServer> {
  const store = createSqliteStore({ file });
  const node = await createTestServer({ store, batch: { windowMs: 0, minWindowMs: 0 } });
  onTestFinished(async () => {
    await node.close();
    await store.close();
  });
  return node;
}

/** A balancer that sends connections to its nodes in turn, and none to one that is dead. */
async function startBalancer(nodes: readonly TestServer[]) {
  const dead = new Set<TestServer>();
  const passed: (() => void)[] = [];
  let turns = 0;
  const balancer = await startTcpServer((client) => {
    turns += 1;
    const living = nodes.filter((node) => !dead.has(node));
    const node = living[turns % living.length];
    const upstream = connect({ port: node?.port ?? 0, host: "127.0.0.1" });
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    client.on("close", end).pipe(upstream.on("error", end).on("close", end)).pipe(client);
    passed.push(() => node && dead.has(node) && end());
  });
  onTestFinished(() => balancer[Symbol.asyncDispose]());
  return {
    url: `ws://127.0.0.1:${balancer.port}/runwire`,
    get turns() {
      return turns;
    },
    /** What goes through it to this node breaks, and nothing comes there any more. */
    lose(node: TestServer) {
      dead.add(node);
      for (const check of passed) check();
    },
  };
}

test("a node that dies in the middle of a run is replaced by the others on its store, for readers and writers", async () => {
  const folder = await mkdtemp(join(tmpdir(), "runwire-fail-over-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "runs.db");
  const nodes = [await startNode(file), await startNode(file), await startNode(file)];
  const balancer = await startBalancer(nodes);
  const backoff = { firstMs: 1, maxMs: 2, attempts: 100_000 };
  const open = () => {
    const client = createRunwireClient({ url: balancer.url, backoff, lingerMs: 0 });
    onTestFinished(() => client.close());
    return client;
  };
  const [reader, writer] = [open(), open()];
  const channel = reader.channel("c");
  const handedOver: number[] = [];
  channel.subscribe((_, events) => handedOver.push(...events.map(({ offset }) => offset)));
  for (let count = 1; count <= 30; count += 1) {
    const event = { type: "custom", name: "note", data: count, time: 0 };
    const events = [JSON.stringify(event)];
    const answer = writer.publish({ channel: "c", writer: "w", id: `${count}`, events });
    // Twice a node dies, with a publish on its way.
    const node = nodes[count / 10 - 1];
    if (count < 30 && node) balancer.lose(node);
    expect(await answer).toMatchObject({ offset: count });
  }
  const all = Array.from({ length: 30 }, (_, index) => index + 1);
  await expect.poll(() => handedOver, { timeout: 10_000 }).toEqual(all);
  expect(balancer.turns).toBeGreaterThan(2);
});
