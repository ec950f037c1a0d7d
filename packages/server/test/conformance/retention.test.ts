import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import { Follower } from "./bare/follower.ts";
import { completed, custom, started, thinking } from "./support/sample-events.ts";
import { closeServer, publish, readLog, startServer } from "./support/server-under-test.ts";

/** A server that keeps six events of each channel, with two runs of three in `c`. */
async function startWithHistory(clock: FakeClock) {
  const { connect, server, store } = await startServer({ clock, retention: { maxEvents: 6 } });
  const writer = await connect();
  const write = (runId: string) =>
    publish(writer, [started(runId), thinking(runId, "…"), completed(runId)]);
  const { epoch } = await write("r1");
  await write("r2");
  return { connect, server, store, writer, write, epoch };
}

test("[RW-SUB-17] what is trimmed is reset for whoever had not had it, and goes on for who had", async () => {
  const clock = new FakeClock();
  const { connect, store, write, epoch } = await startWithHistory(clock);
  const level = new Follower("c");
  level.follow(await connect());
  await level.reaches(6);
  await write("r3");
  await level.reaches(9);
  await clock.advance(6_000);
  expect((await store.head("c")).floor).toBe(4);
  const answer = await (await connect()).request({
    ...{ type: "subscribe", channel: "c", from: { epoch, offset: 1 } },
  });
  expect(answer).toMatchObject({ reset: "trimmed", from: 0, offset: 9, olderRuns: true });
  await write("r4");
  await level.reaches(12);
  expect(level.resets).toEqual([]);
  expect(level.events.filter(({ type }) => type === "agent_started")).toHaveLength(4);
});

test("[RW-SUB-19] a run that goes on keeps everything after its start, however much is written", async () => {
  const clock = new FakeClock();
  const { store, writer, write } = await startWithHistory(clock);
  await publish(writer, [started("open")]);
  for (const runId of ["r3", "r4", "r5"]) await write(runId);
  await clock.advance(6_000);
  expect((await store.head("c")).floor).toBe(7);
  await publish(writer, [completed("open")]);
  await clock.advance(6_000);
  expect((await store.head("c")).floor).toBe(14);
  const log = await readLog(writer);
  expect(log.map(({ runId }) => runId)).toEqual(["r5", "r5", "r5", "open"]);
});

test("without a retention nothing is ever trimmed", async () => {
  const clock = new FakeClock();
  const { connect, store } = await startServer({ clock });
  const writer = await connect();
  for (const runId of ["r1", "r2"]) await publish(writer, [started(runId), completed(runId)]);
  await publish(writer, [custom("n")]);
  await clock.advance(3_600_000);
  expect((await store.head("c")).floor).toBe(1);
});

test("a server that is closed leaves the rest to others, and no timer", async () => {
  const clock = new FakeClock();
  const { server, store } = await startWithHistory(clock);
  await closeServer(server, clock);
  expect(clock.pending()).toEqual([]);
  const claim = { duty: "retention", holder: "another", forMs: 1_000 };
  expect(await store.claimDuty(claim)).toBe(true);
});
