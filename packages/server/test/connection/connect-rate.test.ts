import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import { ConnectRate } from "../../src/connection/connect-rate.ts";

test("each address has a rate of its own, and is told how long it has to wait", () => {
  const rate = new ConnectRate(new FakeClock(), { perSecond: 2, burst: 2 });
  expect([rate.take("a"), rate.take("a"), rate.take("a")]).toEqual([0, 0, 500]);
  expect(rate.take("b")).toBe(0);
});

test("addresses that rest are forgotten, and those that go on are not", async () => {
  const clock = new FakeClock();
  const rate = new ConnectRate(clock, { perSecond: 0.1, burst: 3 });
  for (let count = 0; count < 100; count += 1) rate.take(`${count}`);
  await clock.advance(59_999);
  for (let count = 0; count < 3; count += 1) rate.take("busy");
  expect(rate.size).toBe(101);
  await clock.advance(1);
  rate.take("busy");
  expect(rate.size).toBe(1);
  expect(rate.take("busy")).toBeGreaterThan(0);
});

test("nothing is counted where no rate was given", () => {
  const rate = new ConnectRate(new FakeClock(), undefined);
  for (let count = 0; count < 1_000; count += 1) expect(rate.take("a")).toBe(0);
  expect(rate.size).toBe(0);
});
