import { createMemoryStore, type EventStore } from "@runwire/store";
import { expect, test, vi } from "vitest";
import { completed, started, thinking } from "./support/sample-events.ts";
import { type ServerUnderTest, startServer } from "./support/server-under-test.ts";

/** A store that counts what it is asked. */
function createCountingStore() {
  const store = createMemoryStore();
  const counts = { read: 0, listRuns: 0 };
  for (const name of ["read", "listRuns"] as const) {
    const method = store[name].bind(store) as (request: never) => Promise<never>;
    store[name] = (request: never) => {
      counts[name] += 1;
      return method(request);
    };
  }
  return { store, counts };
}

async function writeRuns(
  store: EventStore,
  count: number,
  deltas: number,
  prefix = "r",
): Promise<string> {
  for (let number = 1; number <= count; number += 1) {
    const runId = `${prefix}${number}`;
    const texts = Array.from({ length: deltas }, (_, index) => thinking(runId, `${index} `));
    const events = [started(runId), ...texts, completed(runId)];
    const encoded = events.map((event) => ({ event, json: JSON.stringify(event) }));
    const actor = { type: "server" } as const;
    // The samples are events of the protocol.
    const request = { channel: "c", writer: "w", id: runId, actor, events: encoded } as never;
    await store.append(request);
  }
  return (await store.head("c")).epoch;
}

/** Subscribes, and reads until it is level. */
async function readOn({ connect }: ServerUnderTest, request: object) {
  const connection = await connect();
  const seen = { events: 0, runIds: new Set<unknown>(), bytes: 0 };
  connection.onMessage((message) => {
    seen.events += message.events?.length ?? 0;
    seen.bytes += JSON.stringify(message).length;
    for (const { runId } of message.events ?? []) seen.runIds.add(runId);
  });
  const subscribed = await connection.request({ type: "subscribe", channel: "c", ...request });
  await connection.next(({ type, offset = 0 }) => {
    return type === "events" && offset >= (subscribed.offset ?? 0);
  });
  return { ...seen, subscribed, connection };
}

test("300 clients that come back to 1,000 missed events cost one read of the store for each page", async () => {
  const { store, counts } = createCountingStore();
  const epoch = await writeRuns(store, 8, 198);
  const server = await startServer({ store });
  // The pages of everybody end at 1,000 and 2,000, so these 1,000 events lie in two.
  const from = { epoch, offset: 600 };
  const readers = await Promise.all(Array.from({ length: 300 }, () => readOn(server, { from })));
  expect(readers.every(({ subscribed }) => subscribed.from === 600)).toBe(true);
  expect(new Set(readers.map(({ events }) => events)).size).toBe(1);
  expect(counts.read).toBe(2);
});

test("who reloads a long channel costs only what came since, also when nobody followed it meanwhile", async () => {
  const { store, counts } = createCountingStore();
  await writeRuns(store, 15, 198);
  const server = await startServer({ store });
  const { connection } = await readOn(server, {});
  expect(counts.read).toBe(3);
  connection.socket.cut();
  await vi.waitFor(() => expect(server.server.stats().channels).toBe(0));
  await writeRuns(store, 5, 198, "later");
  const { events, subscribed } = await readOn(server, {});
  expect(subscribed.offset).toBe(4_000);
  expect(events).toBe(20 * 3);
  expect(counts.read).toBe(4);
});

test("what was trimmed while nobody followed is not shown from what was kept for readers", async () => {
  const { store } = createCountingStore();
  await writeRuns(store, 15, 198);
  const server = await startServer({ store });
  const { connection } = await readOn(server, {});
  connection.socket.cut();
  await vi.waitFor(() => expect(server.server.stats().channels).toBe(0));
  await store.trim("c", 1_001);
  const { runIds } = await readOn(server, {});
  expect([...runIds]).toEqual(Array.from({ length: 10 }, (_, index) => `r${index + 6}`));
});

test("a chat of 500 runs opens with its last 20, and gives older ones by list and fetch", async () => {
  const { store, counts } = createCountingStore();
  await writeRuns(store, 500, 8);
  const server = await startServer({ store });
  const { subscribed, runIds, bytes, connection } = await readOn(server, { runs: 20 });
  const namesOf = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, index) => `r${first + index}`);
  expect(subscribed).toMatchObject({ from: 0, offset: 5_000, olderRuns: true });
  expect([...runIds]).toEqual(namesOf(481, 500));
  // Only what is shown is read: 200 of 5,000 events, in one page.
  expect(counts.read).toBe(1);
  expect(counts.listRuns).toBeLessThanOrEqual(2);
  expect(bytes).toBeLessThan(20_000);
  const listed = await connection.request({ type: "list", channel: "c", before: "r481" });
  expect(listed).toMatchObject({ more: true });
  expect(listed.runs?.map(({ runId }) => runId).toReversed()).toEqual(namesOf(461, 480));
  const fetched = await connection.request({
    type: "fetch",
    channel: "c",
    runId: "r461",
    after: 0,
  });
  expect(fetched.events).toHaveLength(10);
});
