import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryStore, type EventStore } from "@runwire/store";
import { createSqliteStore } from "@runwire/store/sqlite";
import { FakeClock } from "@runwire/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { RetentionKeeper } from "../../src/log/retention-keeper.ts";
import { silentLogger } from "../../src/logger.ts";
import { type RetentionOption, resolveRetention } from "../../src/options/retention.ts";
import type { WireEvent } from "../conformance/bare/wire.ts";
import { completed, custom, started, thinking } from "../conformance/support/sample-events.ts";
import { createCollectingLogger } from "../support/collecting-logger.ts";

const actor = { type: "server" } as const;
let publishes = 0;

async function append(store: EventStore, events: readonly WireEvent[], channel = "c") {
  publishes += 1;
  const encoded = events.map((event) => ({ event, json: JSON.stringify(event) }));
  // The samples are events of the protocol.
  const request = { channel, writer: "w", id: `${publishes}`, actor, events: encoded } as never;
  const result = await store.append(request);
  if (result.status === "refused") throw new Error(result.message);
}

async function appendRuns(store: EventStore, runIds: readonly string[], channel = "c") {
  for (const runId of runIds)
    await append(store, [started(runId), thinking(runId, "…"), completed(runId)], channel);
}

function startKeeper(
  store: EventStore,
  retention: RetentionOption,
  clock: FakeClock,
  logger = silentLogger,
) {
  const retentionOf = resolveRetention(retention) ?? (() => undefined);
  const keeper = new RetentionKeeper({ store, clock, logger, retentionOf });
  // Closing again ends what this test's clock, which stands still by then, would keep waiting.
  onTestFinished(() => void keeper.close());
  return keeper;
}

const floorOf = async (store: EventStore, channel = "c") => (await store.head(channel)).floor;

const storages = {
  memory: (clock: FakeClock) => createMemoryStore({ clock: () => clock.now() }),
  sqlite: (clock: FakeClock) => {
    const folder = mkdtempSync(join(tmpdir(), "runwire-retention-"));
    const store = createSqliteStore({ file: join(folder, "runs.db"), clock: () => clock.now() });
    onTestFinished(async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    });
    return store;
  },
};

describe.each(Object.entries(storages))("over %s", (_name, open) => {
  test("trims whole ended runs by number, soon after the channel grew", async () => {
    const clock = new FakeClock();
    const store = open(clock);
    startKeeper(store, { maxEvents: 6 }, clock);
    await appendRuns(store, ["a", "b", "c", "d"]);
    await clock.advance(6_000);
    expect(await floorOf(store)).toBe(7);
    await appendRuns(store, ["e"]);
    await clock.advance(6_000);
    expect(await floorOf(store)).toBe(10);
  });

  test("trims by age though nothing grows, and leaves the newest run and those that go on", async () => {
    const clock = new FakeClock();
    const store = open(clock);
    await appendRuns(store, ["a", "b"]);
    await append(store, [started("open")], "other");
    await appendRuns(store, ["c"], "other");
    startKeeper(store, { maxAgeMs: 1_200_000 }, clock);
    await clock.advance(1_100_000);
    expect(await floorOf(store)).toBe(1);
    await clock.advance(800_000);
    expect(await floorOf(store)).toBe(4);
    expect(await floorOf(store, "other")).toBe(1);
  });

  test("trims by size, each channel by its own policy", async () => {
    const clock = new FakeClock();
    const store = open(clock);
    const retention = (channel: string) => (channel === "kept" ? undefined : { maxBytes: 700 });
    for (const channel of ["c", "kept"]) await appendRuns(store, ["a", "b", "d", "e"], channel);
    startKeeper(store, retention, clock);
    await clock.advance(6_000);
    const { bytes, roots } = await store.keptRuns({ channel: "c", limit: 9 });
    expect(bytes).toBeLessThanOrEqual(700);
    expect(bytes).toBeGreaterThan(0);
    expect(roots.length).toBeLessThan(4);
    expect(await floorOf(store, "kept")).toBe(1);
  });
});

/** Notes each trim of a store, and can make it wait or fail. */
function watchTrims(store: EventStore) {
  const trims: { readonly channel: string; readonly floor: number }[] = [];
  const held: (() => void)[] = [];
  const state = { isHolding: false, failing: undefined as string | undefined };
  const trim = store.trim.bind(store);
  store.trim = async (channel, floor, epoch) => {
    trims.push({ channel, floor });
    if (state.failing === channel) throw new Error("the disk is gone");
    if (state.isHolding) await new Promise<void>((resolve) => held.push(resolve));
    return trim(channel, floor, epoch);
  };
  const release = () => {
    for (const go of held.splice(0)) go();
  };
  return { trims, state, release };
}

test("takes a long history in steps, with a pause after each", async () => {
  const clock = new FakeClock();
  const store = storages.memory(clock);
  for (let run = 0; run < 50; run += 1) {
    const deltas = Array.from({ length: 198 }, () => thinking(`r${run}`, "…"));
    await append(store, [started(`r${run}`), ...deltas, completed(`r${run}`)]);
  }
  const { trims } = watchTrims(store);
  startKeeper(store, { maxEvents: 200 }, clock);
  await clock.advance(5_000);
  expect(trims.map(({ floor }) => floor)).toEqual([2_001]);
  await clock.advance(20);
  expect(trims).toHaveLength(2);
  await clock.advance(1_000);
  expect(await floorOf(store)).toBe(9_801);
  expect(trims).toHaveLength(5);
});

test("does one thing at a time, and waits for it when it is closed", async () => {
  const clock = new FakeClock();
  const store = storages.memory(clock);
  const { trims, state, release } = watchTrims(store);
  const keeper = startKeeper(store, { maxEvents: 3 }, clock);
  await appendRuns(store, ["a", "b"]);
  state.isHolding = true;
  await clock.advance(5_000);
  await appendRuns(store, ["d"]);
  await clock.advance(20_000);
  expect(trims).toHaveLength(1);
  let isClosed = false;
  const closing = keeper.close().then(() => {
    isClosed = true;
  });
  await clock.advance(100);
  expect(isClosed).toBe(false);
  release();
  await closing;
  expect(await floorOf(store)).toBe(4);
  expect(clock.pending()).toEqual([]);
});

test.each(Object.entries(storages))(
  "over %s, takes nothing by what it decided of a channel that was deleted and filled again since",
  async (_name, open) => {
    const clock = new FakeClock();
    const store = open(clock);
    const { trims, state, release } = watchTrims(store);
    const keeper = startKeeper(store, { maxEvents: 6 }, clock);
    await appendRuns(store, ["a", "b", "d", "e"]);
    state.isHolding = true;
    await clock.advance(6_000);
    expect(trims).toEqual([{ channel: "c", floor: 7 }]);
    await store.deleteChannel("c");
    // As many as are to be kept; below 7, and ended, is the first of them as well.
    await appendRuns(store, ["f", "g"]);
    release();
    await keeper.close();
    expect(await floorOf(store)).toBe(1);
  },
);

test("does not wait long for a store that hangs when it is closed", async () => {
  const clock = new FakeClock();
  const store = storages.memory(clock);
  const { state } = watchTrims(store);
  const keeper = startKeeper(store, { maxEvents: 3 }, clock);
  await appendRuns(store, ["a", "b"]);
  state.isHolding = true;
  await clock.advance(5_000);
  const closing = keeper.close();
  await clock.advance(2_000);
  await closing;
  expect(clock.pending()).toEqual([]);
});

test("leaves no timer when it is closed in a pause", async () => {
  const clock = new FakeClock();
  const store = storages.memory(clock);
  const keeper = startKeeper(store, { maxEvents: 3 }, clock);
  await appendRuns(store, ["a", "b"]);
  await clock.advance(5_000);
  await keeper.close();
  expect(clock.pending()).toEqual([]);
  await appendRuns(store, ["d"]);
  await clock.advance(60_000);
  expect(await floorOf(store)).toBe(4);
});

test("of two servers on one store one does it, and the other goes on when that one is gone", async () => {
  const clock = new FakeClock();
  const store = storages.memory(clock);
  const { trims } = watchTrims(store);
  const asked: string[] = [];
  const policyOf = (server: string) => () => {
    asked.push(server);
    return { maxEvents: 3 };
  };
  const first = startKeeper(store, policyOf("first"), clock);
  startKeeper(store, policyOf("second"), clock);
  await appendRuns(store, ["a", "b"]);
  await clock.advance(6_000);
  expect(new Set(asked)).toEqual(new Set(["first"]));
  expect(trims).toHaveLength(1);
  await first.close();
  await appendRuns(store, ["d"]);
  await clock.advance(6_000);
  expect(new Set(asked)).toEqual(new Set(["first", "second"]));
  expect(await floorOf(store)).toBe(7);
});

test("a channel that fails, or whose policy does, leaves the others their turn and is told to the logger", async () => {
  const clock = new FakeClock();
  const store = storages.memory(clock);
  const { logger, lines } = createCollectingLogger();
  const { state } = watchTrims(store);
  for (const channel of ["bad", "c", "odd"]) await appendRuns(store, ["a", "b"], channel);
  state.failing = "bad";
  const retention = (channel: string) => ({ maxEvents: channel === "odd" ? Number.NaN : 3 });
  startKeeper(store, retention, clock, logger);
  await clock.advance(6_000);
  expect(await floorOf(store)).toBe(4);
  expect(lines.map(({ message }) => message)).toEqual([
    "channel bad could not be trimmed; trying again later",
    "retention of channel odd failed; it keeps everything",
  ]);
  state.failing = undefined;
  await clock.advance(700_000);
  expect(await floorOf(store, "bad")).toBe(4);
});

test("goes on when the store is back", async () => {
  const clock = new FakeClock();
  const store = storages.memory(clock);
  const { logger, lines } = createCollectingLogger();
  const { claimDuty } = store;
  store.claimDuty = () => Promise.reject(new Error("the disk is gone"));
  startKeeper(store, { maxEvents: 3 }, clock, logger);
  await appendRuns(store, ["a", "b"]);
  await clock.advance(6_000);
  expect(lines).toHaveLength(1);
  store.claimDuty = claimDuty;
  await clock.advance(6_000);
  expect(await floorOf(store)).toBe(4);
});

test.each([
  [{ maxAge: 5 }, "retention.maxAge is no option"],
  [{ maxEvents: 0 }, "retention.maxEvents must be a number and more than 0"],
  [{ maxBytes: "1 MB" }, "retention.maxBytes must be a number and more than 0"],
])("refuses a policy like %j", (policy, message) => {
  // As JavaScript may call it.
  expect(() => resolveRetention(policy as never)).toThrow(message);
});

test("keeps the latest of the channel's own keyed events, however old", async () => {
  const clock = new FakeClock();
  const store = storages.memory(clock);
  await append(store, [custom("todo", { key: "x", data: 1 }), custom("note")]);
  await appendRuns(store, ["a", "b"]);
  startKeeper(store, { maxEvents: 3 }, clock);
  await clock.advance(6_000);
  const { events } = await store.read({ channel: "c", after: 0, limit: 99 });
  expect(events.map(({ offset }) => offset)).toEqual([1, 6, 7, 8]);
});
