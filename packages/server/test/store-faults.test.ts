import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunwireError } from "@runwire/protocol";
import { createMemoryStore, type EventStore } from "@runwire/store";
import { createSqliteStore } from "@runwire/store/sqlite";
import { FakeClock } from "@runwire/testing";
import { expect, onTestFinished, test } from "vitest";
import { Follower } from "./conformance/bare/follower.ts";
import { createHeldStore } from "./conformance/support/held-store.ts";
import { custom } from "./conformance/support/sample-events.ts";
import { publish, readLog, startServer } from "./conformance/support/server-under-test.ts";

/** A store whose storage can be away: what reads and appends is rejected then. */
function createAbsentStore() {
  const store = createMemoryStore();
  let isAway = false;
  const absent = new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (!isAway || name === "watch" || name === "close") return value.bind(target);
      const away = new RunwireError("store_unavailable", "the storage is away");
      return () => Promise.reject(away);
    },
  });
  const set = (next: boolean) => {
    isAway = next;
  };
  return { store: absent as EventStore, set };
}

test("while the store is away publishes fail, the connections stay, and afterwards nothing is missing", async () => {
  const { store, set } = createAbsentStore();
  const { connect, server } = await startServer({ store });
  const [writer, reader] = [await connect(), await connect()];
  const follower = new Follower("c");
  follower.follow(reader);
  await publish(writer, [custom("a")], { id: "a" });
  await follower.reaches(1);
  set(true);
  expect(await publish(writer, [custom("b")], { id: "b" })).toMatchObject({
    type: "error",
    code: "store_unavailable",
  });
  await Promise.all([writer.settle(), reader.settle()]);
  expect(server.stats().connections).toBe(2);
  expect(follower.events).toHaveLength(1);
  set(false);
  expect(await publish(writer, [custom("b")], { id: "b" })).toMatchObject({ offset: 2 });
  await follower.reaches(2);
  expect(await readLog(writer)).toMatchObject([{ name: "a" }, { name: "b" }]);
});

test("while the store is slow pings are answered, and no event is shown that is not stored", async () => {
  const { store, hold, release } = createHeldStore();
  const { connect } = await startServer({ store });
  const [writer, reader] = [await connect(), await connect()];
  const follower = new Follower("c");
  follower.follow(reader);
  await reader.settle();
  hold();
  const answers = [1, 2, 3].map((count) => publish(writer, [custom("n")], { id: `slow-${count}` }));
  await Promise.all([writer.settle(), reader.settle()]);
  expect(follower.events).toEqual([]);
  release();
  expect(await Promise.all(answers)).toMatchObject([{ offset: 1 }, { offset: 2 }, { offset: 3 }]);
  await follower.reaches(3);
});

test("two servers on one file serve the same events under the same offsets, and either goes on for the other", async () => {
  const folder = mkdtempSync(join(tmpdir(), "runwire-two-"));
  const stores = [1, 2].map(() => createSqliteStore({ file: join(folder, "runs.db") }));
  onTestFinished(async () => {
    await Promise.all(stores.map((store) => store.close()));
    rmSync(folder, { recursive: true, force: true });
  });
  const [first, second] = [
    await startServer({ store: stores[0] as EventStore }),
    await startServer({ store: stores[1] as EventStore }),
  ];
  const writers = [await first.connect(), await second.connect()];
  const follower = new Follower("c");
  follower.follow(await first.connect());
  for (let count = 1; count <= 10; count += 1)
    await publish(writers[count % 2] as (typeof writers)[0], [custom(`${count}`)]);
  await follower.reaches(10);
  follower.follow(await second.connect());
  await publish(writers[0] as (typeof writers)[0], [custom("11")]);
  await follower.reaches(11);
  expect(follower.events.map(({ offset }) => offset)).toEqual(
    Array.from({ length: 11 }, (_, index) => index + 1),
  );
  const [one, other] = await Promise.all(writers.map((writer) => readLog(writer)));
  expect(JSON.stringify(one)).toBe(JSON.stringify(other));
});

test.each([3_600_000, -3_600_000])(
  "a clock that is set by %i ms ends no connection, and offsets go on",
  async (milliseconds) => {
    const clock = new FakeClock();
    const { connect, server } = await startServer({ clock });
    const connection = await connect();
    await publish(connection, [custom("before")]);
    clock.setTimeOfDay(clock.now() + milliseconds);
    await clock.advance(29_000);
    await connection.settle();
    await clock.advance(29_000);
    await connection.settle();
    expect(server.stats().connections).toBe(1);
    expect(await publish(connection, [custom("after")])).toMatchObject({ offset: 2 });
  },
);
