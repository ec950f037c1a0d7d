import { createMemoryStore } from "@runwire/store";
import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import { EventLog } from "../../src/log/event-log.ts";
import { silentLogger } from "../../src/logger.ts";
import { LeaseKeeper } from "../../src/runs/lease-keeper.ts";
import { started } from "../conformance/support/sample-events.ts";

const actor = { type: "server" } as const;

/** A clock whose machine can sleep: then only the wall goes on. */
class SleepyClock extends FakeClock {
  sleptMs = 0;

  override now(): number {
    return super.now() + this.sleptMs;
  }
}

async function createKeeper() {
  const clock = new SleepyClock();
  const store = createMemoryStore({ clock: () => clock.now() });
  const event = started("r", { leaseMs: 5_000 });
  const events = [{ event, json: JSON.stringify(event) }];
  // The sample is an event of the protocol.
  const request = { channel: "c", writer: "w", id: "1", actor, events };
  await store.append(request as never);
  const abandoned: string[] = [];
  const start = (logger = silentLogger) =>
    new LeaseKeeper(new EventLog(store, silentLogger), clock, logger, (_channel, runId) =>
      abandoned.push(runId),
    );
  const renew = () =>
    store.renew({ channel: "c", writer: "w", runIds: ["r"], actor: { type: "server" } });
  return { clock, store, start, abandoned, renew };
}

test("a run that nobody renews ends when its lease has lapsed, once", async () => {
  const { clock, store, start, abandoned } = await createKeeper();
  start();
  await clock.advance(4_900);
  expect(abandoned).toEqual([]);
  await clock.advance(10_000);
  expect(abandoned).toEqual(["r"]);
  expect(await store.run("c", "r")).toMatchObject({ status: "abandoned" });
});

test("a run that is renewed goes on", async () => {
  const { clock, start, abandoned, renew } = await createKeeper();
  start();
  for (let count = 0; count < 10; count += 1) {
    await clock.advance(4_000);
    await renew();
  }
  expect(abandoned).toEqual([]);
});

test("a start gives every open run one whole lease", async () => {
  const { clock, start, abandoned } = await createKeeper();
  await clock.advance(60_000);
  start();
  await clock.advance(4_900);
  expect(abandoned).toEqual([]);
  await clock.advance(2_000);
  expect(abandoned).toEqual(["r"]);
});

test("so does a stall of the process", async () => {
  const { clock, start, abandoned } = await createKeeper();
  start();
  await clock.advance(2_000);
  await clock.stall(30_000);
  await clock.advance(4_000);
  expect(abandoned).toEqual([]);
  await clock.advance(3_000);
  expect(abandoned).toEqual(["r"]);
});

test("so does a sleep of the machine, in which the clock that never jumps stands still", async () => {
  const { clock, start, abandoned } = await createKeeper();
  start();
  await clock.advance(2_000);
  clock.sleptMs = 3_600_000;
  await clock.advance(4_000);
  expect(abandoned).toEqual([]);
  await clock.advance(3_000);
  expect(abandoned).toEqual(["r"]);
});

test("while the store fails nothing ends, and afterwards everything does", async () => {
  const { clock, store, start, abandoned } = await createKeeper();
  const { extendLeases, lapsedRuns } = store;
  const down = () => Promise.reject(new Error("down"));
  store.extendLeases = down;
  store.lapsedRuns = down;
  start();
  await clock.advance(20_000);
  expect(abandoned).toEqual([]);
  store.extendLeases = extendLeases;
  store.lapsedRuns = lapsedRuns;
  await clock.advance(4_000);
  // The start's one whole lease is still owed.
  expect(abandoned).toEqual([]);
  await clock.advance(3_000);
  expect(abandoned).toEqual(["r"]);
});

test("a keeper that was closed ends nothing more", async () => {
  const { clock, start, abandoned } = await createKeeper();
  start().close();
  await clock.advance(60_000);
  expect(abandoned).toEqual([]);
});

test("a store that is closed right after the keeper is no news", async () => {
  const { clock, store, start } = await createKeeper();
  const warnings: string[] = [];
  const keeper = start({ ...silentLogger, warn: (message) => warnings.push(message) });
  keeper.close();
  await store.close();
  await clock.advance(2_000);
  expect(warnings).toEqual([]);
});
