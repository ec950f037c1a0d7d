import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import { ReplayBudget } from "../../src/connection/replay-budget.ts";

function createBudget() {
  const clock = new FakeClock();
  return { clock, budget: new ReplayBudget(clock, 60_000) };
}

test.each([
  ["below", 59_999, 0],
  ["at", 60_000, 1],
  ["above", 61_000, 1_000],
])("%s the limit the next read waits as long as the excess lasts", (_where, bytes, waitMs) => {
  const { budget } = createBudget();
  budget.spend("ann", bytes);
  expect(budget.waitMs("ann")).toBe(waitMs);
  expect(budget.waitMs("bob")).toBe(0);
});

test("lets a read go on when time has paid for it", async () => {
  const { budget, clock } = createBudget();
  budget.spend("ann", 65_000);
  let isOn = false;
  void budget
    .turn("ann", () => true)
    .then(() => {
      isOn = true;
    });
  await clock.advance(4_999);
  expect(isOn).toBe(false);
  await clock.advance(2);
  expect(isOn).toBe(true);
});

test("holds nobody who has gone for longer than a second", async () => {
  const { budget, clock } = createBudget();
  budget.spend("ann", 600_000);
  let isHere = true;
  const turn = budget.turn("ann", () => isHere).then(() => "let go");
  isHere = false;
  await clock.advance(1_000);
  expect(await turn).toBe("let go");
});

test("forgets whoever has paid off everything", async () => {
  const { budget, clock } = createBudget();
  for (let count = 0; count < 100; count += 1) budget.spend(`user ${count}`, 1_000);
  budget.spend("ann", 130_000);
  expect(budget.size).toBe(101);
  await clock.advance(60_000);
  budget.spend("bob", 1);
  expect(budget.size).toBe(2);
  expect(budget.waitMs("ann")).toBe(10_000);
});
