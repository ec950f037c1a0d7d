import { createMemoryStore } from "@runwire/store";
import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import type { BareConnection } from "./bare/bare-connection.ts";
import { started, thinking } from "./support/sample-events.ts";
import { closeServer, publish, readLog, startServer } from "./support/server-under-test.ts";

const leaseMs = 5_000;

async function startWithClock() {
  const clock = new FakeClock();
  const store = createMemoryStore({ clock: () => clock.now() });
  const under = await startServer({ clock, store });
  const connection = await under.connect();
  await publish(connection, [started("r", { leaseMs })]);
  return { ...under, clock, connection };
}

async function outcomeOf(connection: BareConnection): Promise<unknown> {
  const last = (await readLog(connection)).at(-1);
  return last?.type === "agent_completed" ? last.outcome : "goes on";
}

test("[RW-EVT-11] ends a run as abandoned when its lease lapses, and tells who watches", async () => {
  const { clock, connect } = await startWithClock();
  const watcher = await connect();
  await watcher.request({ type: "subscribe", channel: "c", from: "now" });
  await clock.advance(leaseMs * 3);
  const { events } = await watcher.nextOf("events");
  expect(events).toMatchObject([{ type: "agent_completed", runId: "r", outcome: "abandoned" }]);
});

test("[RW-EVT-12] renews the lease with each append and each renew", async () => {
  const { clock, connection } = await startWithClock();
  for (let count = 0; count < 3; count += 1) {
    await clock.advance(leaseMs - 1_000);
    await connection.request({ type: "renew", channel: "c", writer: "writer-1", runIds: ["r"] });
    await clock.advance(leaseMs - 1_000);
    await publish(connection, [thinking("r", "x")]);
  }
  expect(await outcomeOf(connection)).toBe("goes on");
});

test("[RW-EVT-12] renews no lease because somebody watches, pings or asks", async () => {
  const { clock, connection } = await startWithClock();
  await connection.request({ type: "subscribe", channel: "c" });
  for (let count = 0; count < 5; count += 1) {
    await clock.advance(leaseMs / 2);
    await connection.settle();
    await connection.request({ type: "list", channel: "c" });
    await connection.request({ type: "renew", channel: "c", writer: "other", runIds: ["r"] });
  }
  expect(await outcomeOf(connection)).toBe("abandoned");
});

test("[RW-EVT-13] gives a run one whole lease after the server's start", async () => {
  const { clock, server, store } = await startWithClock();
  await closeServer(server, clock);
  const again = await startServer({ clock, store });
  const connection = await again.connect();
  await clock.advance(leaseMs - 500);
  expect(await outcomeOf(connection)).toBe("goes on");
  await clock.advance(leaseMs);
  expect(await outcomeOf(connection)).toBe("abandoned");
});

test("[RW-EVT-13] gives a run one whole lease after a stall of the server", async () => {
  const { clock, connection } = await startWithClock();
  await clock.stall(leaseMs * 4);
  await clock.advance(leaseMs - 500);
  expect(await outcomeOf(connection)).toBe("goes on");
  await clock.advance(leaseMs * 2);
  expect(await outcomeOf(connection)).toBe("abandoned");
});
