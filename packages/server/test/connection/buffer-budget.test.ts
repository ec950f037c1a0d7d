import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import { BufferBudget } from "../../src/connection/buffer-budget.ts";

function connectionWith(bytes: number) {
  const ended: string[] = [];
  return {
    ended,
    outbox: { bufferedBytes: bytes },
    close: (name: string) => void ended.push(name),
    terminate() {
      ended.push("terminated");
      this.outbox.bufferedBytes = 0;
    },
  };
}

function createBudget(sizes: readonly number[]) {
  const clock = new FakeClock();
  const connections = sizes.map(connectionWith);
  const warnings: string[] = [];
  const logger = { warn: (message: string) => void warnings.push(message), error() {} };
  const budget = new BufferBudget({ connections, maxBytes: 1_000, clock, logger });
  const cut = () => connections.flatMap(({ ended }, index) => (ended.length > 0 ? [index] : []));
  return { budget, clock, connections, cut, warnings };
}

test.each([
  ["below", 999, []],
  ["at", 1_000, []],
  ["above", 1_001, [1]],
])("%s the limit", async (_where, total, expected) => {
  const { budget, clock, cut } = createBudget([400, total - 400]);
  budget.onSent(5_000);
  await clock.advance(0);
  expect(cut()).toEqual(expected);
  expect(budget.isOver).toBe(expected.length > 0);
});

test("cuts those for whom most waits, and only until the rest is not too much", async () => {
  const { budget, clock, connections, cut, warnings } = createBudget([300, 900, 100, 800, 500]);
  budget.onSent(1_001);
  await clock.advance(0);
  expect(cut()).toEqual([1, 3]);
  expect(connections[1]?.ended).toEqual(["slowReader", "terminated"]);
  expect(warnings).toEqual(["2600 bytes waited for slow readers; the slowest 2 were closed"]);
});

test("is over until it is counted again, a second later", async () => {
  const { budget, clock } = createBudget([1_500]);
  budget.onSent(1_500);
  await clock.advance(0);
  await clock.advance(999);
  expect(budget.isOver).toBe(true);
  await clock.advance(1);
  expect(budget.isOver).toBe(false);
});

test("counts nothing within the turn that sends, and nothing once it is closed", async () => {
  const { budget, clock, cut } = createBudget([2_000]);
  budget.onSent(2_000);
  expect(cut()).toEqual([]);
  budget.close();
  budget.onSent(2_000);
  await clock.advance(10_000);
  expect(cut()).toEqual([]);
});

test("asks the sockets again only when what was sent since could be too much", async () => {
  const { budget, clock, connections } = createBudget([0]);
  let asked = 0;
  const outbox = {
    get bufferedBytes() {
      asked += 1;
      return 400;
    },
  };
  Object.assign(connections[0] ?? {}, { outbox });
  for (let count = 0; count < 13; count += 1) {
    budget.onSent(100);
    await clock.advance(0);
  }
  // After 1,100 bytes, and not yet after 200 more on top of the 400 that wait.
  expect(asked).toBe(1);
});
