import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import { MessageRate } from "../../src/connection/message-rate.ts";

function createRate(burst = 2) {
  const clock = new FakeClock();
  const rate = new MessageRate(clock, { perSecond: 1, burst });
  const judge = (count: number) => Array.from({ length: count }, () => rate.judge());
  return { clock, rate, judge };
}

test.each([
  ["below", 1, ["take"]],
  ["at", 2, ["take", "take"]],
  ["above", 4, ["take", "take", "refuse", "refuse"]],
])("%s the burst, with %i at once", (_where, count, expected) => {
  expect(createRate().judge(count)).toEqual(expected);
});

test("who goes on after it has heard of a refusal is ended", () => {
  const { rate, judge } = createRate();
  judge(5);
  rate.heard();
  expect(judge(1)).toEqual(["end"]);
});

test.each([
  [20, 63],
  [50, 25],
  [1_000, 2],
  [0.001, 1_250_000],
])("of %d a second a peer is told to send one in %i ms", (perSecond, paceMs) => {
  expect(new MessageRate(new FakeClock(), { perSecond, burst: 1 }).paceMs).toBe(paceMs);
});

test("what was heard before a refusal says nothing of it", () => {
  const { rate, judge } = createRate();
  expect(judge(2)).toEqual(["take", "take"]);
  rate.heard();
  expect(judge(2)).toEqual(["refuse", "refuse"]);
});

test("who waits for as long as it is told is in time, and begins anew", async () => {
  const { clock, rate, judge } = createRate();
  judge(4);
  rate.heard();
  expect(rate.paceMs).toBe(1_250);
  await clock.advance(1_000);
  expect(judge(3)).toEqual(["take", "refuse", "refuse"]);
  expect(rate.refused).toBe(2);
});

test.each([
  ["below", 12, "refuse"],
  ["at", 13, "refuse"],
  ["above", 14, "end"],
])(
  "%s five bursts and one that are refused before anything is heard, with %i in all",
  (_where, count, last) => {
    expect(createRate(2).judge(count).at(-1)).toBe(last);
  },
);
