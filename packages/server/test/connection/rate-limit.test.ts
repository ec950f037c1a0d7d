import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import { MinuteCounter, TokenBucket } from "../../src/connection/rate-limit.ts";

test("a bucket gives its burst at once, then its rate, and never more than the burst", async () => {
  const clock = new FakeClock();
  const bucket = new TokenBucket(clock, { perSecond: 2, burst: 3 });
  const taken = () => [1, 2, 3, 4].map(() => bucket.take());
  expect(taken()).toEqual([true, true, true, false]);
  expect(bucket.waitMs()).toBe(500);
  await clock.advance(499);
  expect(bucket.take()).toBe(false);
  await clock.advance(1);
  expect([bucket.take(), bucket.take()]).toEqual([true, false]);
  await clock.advance(3_600_000);
  expect(taken()).toEqual([true, true, true, false]);
});

test("waiting as long as it says is always enough", async () => {
  const clock = new FakeClock();
  const bucket = new TokenBucket(clock, { perSecond: 7, burst: 1 });
  for (let count = 0; count < 50; count += 1) {
    await clock.advance(bucket.waitMs());
    expect(bucket.take()).toBe(true);
  }
});

test("a minute's count forgets what is a minute old", async () => {
  const clock = new FakeClock();
  const counter = new MinuteCounter(clock);
  expect(counter.count()).toBe(1);
  await clock.advance(30_000);
  expect(counter.count()).toBe(2);
  await clock.advance(29_999);
  expect(counter.count()).toBe(3);
  await clock.advance(1);
  expect(counter.count()).toBe(3);
});
