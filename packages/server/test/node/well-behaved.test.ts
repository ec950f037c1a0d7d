import { createRunwireClient, type RunwireClient } from "@runwire/client";
import { expect, onTestFinished, test } from "vitest";
import { startServer } from "../conformance/support/server-under-test.ts";

/*
 * A client of ours that only does what an application asks for is slowed, and never sent away for it.
 */

const limits = { messageRate: { perSecond: 50, burst: 10 } };
/** Told to clients as well, who ping as often. */
const heartbeat = { intervalMs: 100, timeoutMs: 10_000 };

function connect(port: number): { client: RunwireClient; statuses: string[] } {
  const url = `ws://127.0.0.1:${port}/runwire`;
  const client = createRunwireClient({ url });
  const statuses: string[] = [];
  client.onStatus(({ status }) => void statuses.push(status));
  onTestFinished(() => client.close());
  return { client, statuses };
}

test("asking for far more at once than the rate allows is slowed, with pings all the while, and nothing is lost", async () => {
  const { port } = await startServer({ limits, heartbeat });
  const { client, statuses } = connect(port);
  // The first one waits for the connection, so that the others leave together.
  await client.channel("c").runs();
  const lists = Array.from({ length: 30 }, (_, index) => client.channel(`c${index}`).runs());
  expect(await Promise.all(lists)).toHaveLength(30);
  expect([...new Set(statuses)]).toEqual(["connecting", "handshaking", "connected"]);
});

test("a hundred subscriptions that are opened again after a cut, with pings and lists among them, stay on one connection", async () => {
  const { port, server } = await startServer({ limits, heartbeat });
  const { client, statuses } = connect(port);
  const channels = Array.from({ length: 100 }, (_, index) => client.channel(`c${index}`));
  const stops = channels.map((channel) => channel.subscribe(() => {}));
  onTestFinished(() => {
    for (const stop of stops) stop();
  });
  const subscriptions = () => server.stats().subscriptions;
  await expect.poll(subscriptions, { timeout: 10_000 }).toBe(100);
  statuses.length = 0;
  client.reconnect();
  const lists = channels.slice(0, 10).map((channel) => channel.runs());
  expect(await Promise.all(lists)).toHaveLength(10);
  await expect.poll(subscriptions, { timeout: 10_000 }).toBe(100);
  expect(statuses.filter((status) => status === "connected")).toHaveLength(1);
});
