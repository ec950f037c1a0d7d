import { expect, test } from "vitest";
import type { BareConnection } from "./bare/bare-connection.ts";
import type { WireMessage } from "./bare/wire.ts";
import { started, thinking, toolCompleted, toolExecuting } from "./support/sample-events.ts";
import { publish, startServer } from "./support/server-under-test.ts";

const runEvents = 401;

/** Writes a run of 401 events in small pieces. */
async function writeRun(connection: BareConnection): Promise<void> {
  await publish(connection, [started("r")]);
  for (let step = 0; step < 100; step += 1) {
    const tool = `t${step}`;
    await publish(connection, [thinking("r", `${step} `), thinking("r", "more ")]);
    await publish(connection, [toolExecuting("r", tool), toolCompleted("r", tool)]);
  }
}

/** Subscribes while the run is written, and gives the ranges up to its end. */
async function collect(
  connection: BareConnection,
): Promise<{ from: number; ranges: WireMessage[] }> {
  const ranges: WireMessage[] = [];
  connection.onMessage((message) => {
    if (message.type === "events") ranges.push(message);
  });
  const { from = -1 } = await connection.request({ type: "subscribe", channel: "c" });
  await connection.next(({ type, offset }) => type === "events" && offset === runEvents, "the end");
  return { from, ranges };
}

async function collectDuringARun() {
  const { connect } = await startServer({ replay: { pageEvents: 50 } });
  const writer = await connect();
  const writing = writeRun(writer);
  const collections: ReturnType<typeof collect>[] = [];
  for (const mark of [1, 90, 180, 330]) {
    const probe = await connect();
    for (let head = 0; head < mark; )
      head = (await probe.request({ type: "fetch", channel: "c", after: mark })).head ?? 0;
    collections.push(collect(await connect()));
  }
  await writing;
  return Promise.all(collections);
}

test("[RW-SUB-8] passes from history to live in ranges that touch, whenever one subscribes", async () => {
  for (const { from, ranges } of await collectDuringARun()) {
    expect(ranges[0]?.after).toBe(from);
    for (const [index, range] of ranges.entries())
      if (index > 0) expect(range.after).toBe(ranges[index - 1]?.offset);
    expect(ranges.at(-1)?.offset).toBe(runEvents);
  }
});

test("[RW-SUB-9] keeps events in the order of their offsets and inside their range", async () => {
  for (const { ranges } of await collectDuringARun())
    for (const { after = 0, offset = 0, events = [] } of ranges) {
      const offsets = events.map((event) => event.offset ?? 0);
      expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
      expect(offsets.every((each) => each > after && each <= offset)).toBe(true);
    }
});
