import fc from "fast-check";
import { expect, test } from "vitest";
import type { BareConnection } from "./bare/bare-connection.ts";
import { foldChannel } from "./bare/fold.ts";
import { Follower } from "./bare/follower.ts";
import type { WireEvent } from "./bare/wire.ts";
import { anyEvent, keepLawful } from "./support/any-log.ts";
import { reduceLog } from "./support/reduce-log.ts";
import {
  completed,
  custom,
  someTime,
  started,
  thinking,
  toolCompleted,
  toolExecuting,
} from "./support/sample-events.ts";
import { publish, readLog, startServer } from "./support/server-under-test.ts";

/** What a subscription from the start delivers of a history. */
async function historyOf(connection: BareConnection, head: number): Promise<WireEvent[]> {
  const follower = new Follower("c");
  follower.follow(connection);
  await follower.reaches(head);
  return follower.events;
}

async function deliver(events: readonly WireEvent[], limits = {}): Promise<WireEvent[]> {
  const { connect } = await startServer({ limits });
  const connection = await connect();
  for (let from = 0; from < events.length; from += 256)
    await publish(connection, events.slice(from, from + 256));
  return historyOf(connection, events.length);
}

const at = (time: number) => ({ time: someTime + time });

test("[RW-SUB-13] delivers a long history short, and folding alike", async () => {
  const events = [
    started("r"),
    ...Array.from({ length: 900 }, (_, index) => thinking("r", `${index},`, at(index))),
    toolExecuting("r", "t", { ...at(1), inputDelta: '{"a":', progress: { fraction: 0.1 } }),
    thinking("r", "between", { kind: "reasoning" }),
    toolExecuting("r", "t", { ...at(2), inputDelta: "1}", progress: { outputDelta: "x" } }),
    toolExecuting("r", "t", { ...at(3), input: { a: 1 }, progress: { message: "half" } }),
    toolCompleted("r", "t", { ...at(4), output: 1 }),
    custom("todo", { runId: "r", key: "k", data: 1 }),
    thinking("r", "after"),
    custom("todo", { runId: "r", key: "k", data: 2 }),
    completed("r"),
  ];
  const { connect } = await startServer();
  const connection = await connect();
  for (let from = 0; from < events.length; from += 256)
    await publish(connection, events.slice(from, from + 256));
  const delivered = await historyOf(await connect(), events.length);
  const log = await readLog(connection);
  expect(delivered.length).toBeLessThan(50);
  expect(foldChannel(delivered)).toEqual(foldChannel(log));
  expect(foldChannel(log)).toEqual(reduceLog(log));
});

test("[RW-SUB-14] gives a merged text the first's offset and time", async () => {
  const [, merged] = await deliver([
    started("r"),
    thinking("r", "a", at(1)),
    thinking("r", "b", at(2)),
    thinking("r", "c", at(3)),
  ]);
  expect(merged).toEqual({ ...thinking("r", "abc", at(1)), offset: 2 });
});

test("[RW-SUB-14] gives a merged keyed custom the first's offset, and the last's data, time and priority", async () => {
  const delivered = await deliver([
    custom("a", { key: "k", data: 1, ...at(1) }),
    custom("b"),
    custom("a", { key: "k", data: 2, priority: "high", ...at(2) }),
    custom("a", { key: "k", ...at(3), priority: "high" }),
  ]);
  const last = { type: "custom", name: "a", key: "k", priority: "high", ...at(3) };
  // Where a server leaves them apart, the last says the same.
  const keyed = delivered.filter(({ key }) => key === "k");
  expect(keyed.at(-1)).toEqual({ ...last, offset: keyed.length === 1 ? 1 : 4 });
  expect(foldChannel(delivered).keyed).toEqual({ a: { k: expect.objectContaining(at(3)) } });
});

test("[RW-SUB-14] merges no further than maxEventBytes", async () => {
  const maxEventBytes = 10_000;
  const deltas = Array.from({ length: 100 }, () => thinking("r", "ä".repeat(500)));
  const delivered = await deliver([started("r"), ...deltas], { maxEventBytes });
  const sizes = delivered.map(({ offset: _, ...event }) =>
    Buffer.byteLength(JSON.stringify(event)),
  );
  expect(Math.max(...sizes)).toBeLessThanOrEqual(maxEventBytes);
  expect(delivered.length).toBeLessThan(30);
});

test("[RW-SUB-14] merges no events with fields that it does not know", async () => {
  const strange = thinking("r", "b", { confidence: 0.5 });
  const delivered = await deliver([started("r"), thinking("r", "a"), strange, thinking("r", "c")]);
  expect(delivered).toContainEqual({ ...strange, offset: 3 });
});

test("[RW-SUB-15] fetches the events exactly as they were published", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  const events = [
    started("r"),
    thinking("r", "a"),
    thinking("r", "b"),
    thinking("r", "c", { odd: 1 }),
  ];
  await publish(connection, events);
  const log = await readLog(connection);
  expect(log).toEqual(events.map((event, index) => ({ ...event, offset: index + 1 })));
});

/** Publishes a log as its writers would: what is of one run goes together. */
async function publishAll(connection: BareConnection, events: readonly WireEvent[]): Promise<void> {
  let batch: WireEvent[] = [];
  for (const [index, event] of events.entries()) {
    batch.push(event);
    if (events[index + 1]?.runId === event.runId && index + 1 < events.length) continue;
    await publish(connection, batch);
    batch = [];
  }
}

test("[RW-SUB-13] delivers any lawful log so that it folds alike, in pages of any size", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyEvent, { minLength: 20, maxLength: 120 }),
      fc.integer({ min: 1, max: 40 }),
      async (drawn, pageEvents) => {
        const events = keepLawful(drawn).map((event, index) => ({ ...event, ...at(index) }));
        fc.pre(events.length > 0);
        const { connect } = await startServer({ replay: { pageEvents } });
        const connection = await connect();
        await publishAll(connection, events);
        const delivered = await historyOf(await connect(), events.length);
        expect(foldChannel(delivered)).toEqual(foldChannel(events));
      },
    ),
    { numRuns: 25 },
  );
});
