import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import { custom } from "./support/sample-events.ts";
import { publish, startServer } from "./support/server-under-test.ts";

test("[RW-LIVE-1] answers a ping with its own time and the heads of what is subscribed", async () => {
  const clock = new FakeClock();
  const { connect } = await startServer({ clock });
  const connection = await connect();
  await connection.request({ type: "subscribe", channel: "a" });
  await connection.request({ type: "subscribe", channel: "b", from: "now" });
  await publish(connection, [custom("x"), custom("y")], { channel: "a" });
  await publish(connection, [custom("z")], { channel: "not-subscribed" });
  connection.send({ type: "ping", at: 12.5 });
  expect(await connection.nextOf("pong")).toEqual({
    type: "pong",
    at: 12.5,
    now: clock.now(),
    heads: { a: 2, b: 0 },
  });
});

test("[RW-LIVE-2] pings every intervalMs", async () => {
  const clock = new FakeClock();
  const { open } = await startServer({ clock });
  const connection = await open();
  const { heartbeat } = await connection.hello();
  expect(heartbeat).toEqual({ intervalMs: 30_000, timeoutMs: 60_000 });
  for (let minute = 1; minute <= 3; minute += 1) {
    await clock.advance(60_000);
    await connection.settle();
    expect(connection.socket.pingCount).toBeGreaterThanOrEqual(minute);
  }
  expect(connection.socket.pingCount).toBeLessThanOrEqual(7);
});

test("[RW-LIVE-3] terminates a socket that was silent for timeoutMs, and keeps one that answers", async () => {
  const clock = new FakeClock();
  const { connect } = await startServer({ clock });
  const [silent, lively] = [await connect(), await connect()];
  silent.socket.answersPings = false;
  // In small steps, so that the answers to pings have time to come.
  for (let second = 0; second < 120; second += 1) await clock.advance(1_000);
  expect((await silent.closed).code).toBe(1006);
  expect(await lively.settle()).toMatchObject({ type: "pong" });
});

test("[RW-LIVE-3] judges no socket by a stall of the server's own", async () => {
  const clock = new FakeClock();
  const { connect } = await startServer({ clock });
  const connection = await connect();
  await clock.stall(300_000);
  expect(await connection.settle()).toMatchObject({ type: "pong" });
});
