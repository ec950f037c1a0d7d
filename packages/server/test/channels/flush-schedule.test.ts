import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import { FlushSchedule } from "../../src/channels/flush-schedule.ts";

function createSchedule(windowMs = 200) {
  const clock = new FakeClock();
  const flushes: number[] = [];
  const schedule = new FlushSchedule(
    clock,
    () => windowMs,
    () => flushes.push(clock.monotonic()),
  );
  return { clock, flushes, schedule };
}

test("the first event after a pause goes at the end of the tick, not within it", async () => {
  const { clock, flushes, schedule } = createSchedule();
  schedule.add(false);
  expect(flushes).toEqual([]);
  await clock.advance(0);
  expect(flushes).toEqual([0]);
});

test("deltas after it wait until the window since the last frame is over, together", async () => {
  const { clock, flushes, schedule } = createSchedule();
  schedule.add(false);
  await clock.advance(0);
  await clock.advance(50);
  schedule.add(false);
  await clock.advance(100);
  schedule.add(false);
  await clock.advance(1_000);
  expect(flushes).toEqual([0, 200]);
});

test("an important event does not wait, and takes along what does", async () => {
  const { clock, flushes, schedule } = createSchedule();
  schedule.add(false);
  await clock.advance(0);
  await clock.advance(50);
  schedule.add(false);
  schedule.add(true);
  schedule.add(true);
  await clock.advance(0);
  expect(flushes).toEqual([0, 50]);
  await clock.advance(1_000);
  expect(flushes).toEqual([0, 50]);
});

test("the window begins anew with each frame", async () => {
  const { clock, flushes, schedule } = createSchedule();
  schedule.add(true);
  await clock.advance(0);
  await clock.advance(150);
  schedule.add(true);
  await clock.advance(0);
  schedule.add(false);
  await clock.advance(1_000);
  expect(flushes).toEqual([0, 150, 350]);
});

test("without a window everything goes at the end of its tick", async () => {
  const { clock, flushes, schedule } = createSchedule(0);
  for (let count = 0; count < 3; count += 1) {
    schedule.add(false);
    schedule.add(false);
    await clock.advance(0);
    await clock.advance(1);
  }
  expect(flushes).toEqual([0, 1, 2]);
});

test("flushing at once does away with what was planned, and cancelling with all of it", async () => {
  const { clock, flushes, schedule } = createSchedule();
  schedule.add(true);
  schedule.flushNow();
  await clock.advance(10);
  expect(flushes).toEqual([0]);
  schedule.add(false);
  schedule.cancel();
  await clock.advance(1_000);
  expect(flushes).toEqual([0]);
});
