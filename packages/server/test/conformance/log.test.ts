import { expect, test } from "vitest";
import { custom } from "./support/sample-events.ts";
import { publish, readLog, startServer } from "./support/server-under-test.ts";

test("[RW-LOG-1] gives offsets 1, 2, 3 … without a hole, however many write at once", async () => {
  const { connect } = await startServer();
  const connections = await Promise.all([connect(), connect(), connect()]);
  const answers = await Promise.all(
    connections.flatMap((connection, index) =>
      ["a", "b"].map((name) =>
        publish(connection, [custom(name), custom(name)], { writer: `writer-${index}` }),
      ),
    ),
  );
  const [reader] = connections;
  const log = await readLog(reader);
  expect(log.map((event) => event.offset)).toEqual(log.map((_, index) => index + 1));
  expect(log).toHaveLength(12);
  expect(answers.map(({ offset }) => offset).sort((a = 0, b = 0) => a - b)).toEqual([
    1, 3, 5, 7, 9, 11,
  ]);
});

test("[RW-LOG-2] gives a deleted channel a new epoch before an offset is given again", async () => {
  const { connect, store } = await startServer();
  const connection = await connect();
  const before = await publish(connection, [custom("a")]);
  await store.deleteChannel("c");
  const after = await publish(connection, [custom("b")]);
  expect(after.offset).toBe(before.offset);
  expect(after.epoch).not.toBe(before.epoch);
});

test("[RW-LOG-2] gives a log that was lost another epoch than the one before", async () => {
  const [first, second] = [await startServer(), await startServer()];
  const before = await publish(await first.connect(), [custom("a")]);
  const after = await publish(await second.connect(), [custom("a")]);
  expect(after.epoch).not.toBe(before.epoch);
});

test("[RW-LOG-3] gives a channel without events an epoch that its first event does not change", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  const { epoch, offset } = await connection.request({ type: "subscribe", channel: "c" });
  expect(epoch).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  expect(offset).toBe(0);
  expect((await publish(connection, [custom("a")])).epoch).toBe(epoch);
  expect((await publish(connection, [custom("b")])).epoch).toBe(epoch);
});

test("[RW-LOG-4] writes nothing when somebody asks about a channel", async () => {
  const { connect, store } = await startServer();
  const connection = await connect();
  await connection.request({ type: "subscribe", channel: "c" });
  await connection.request({ type: "fetch", channel: "c", after: 0 });
  await connection.request({ type: "list", channel: "c" });
  expect(await store.listChannels({ limit: 10 })).toEqual([]);
});
