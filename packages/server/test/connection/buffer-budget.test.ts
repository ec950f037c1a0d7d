import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import { BufferBudget, type Buffering } from "../../src/connection/buffer-budget.ts";

function connectionWith(bytes: number) {
  const ended: string[] = [];
  return {
    ended,
    outbox: { ownBytes: bytes, costBytes: bytes },
    close: (name: string) => void ended.push(name),
    terminate() {
      ended.push("terminated");
      Object.assign(this.outbox, { ownBytes: 0, costBytes: 0 });
    },
  };
}

/** Connections that have nothing for themselves, and all wait with the same messages. */
function createSharers(
  budget: () => BufferBudget,
  { sizes, count }: { readonly sizes: readonly number[]; readonly count: number },
) {
  const messages = sizes.map((length) => ({ bytes: new Uint8Array(length), as: neverSent }));
  return Array.from({ length: count }, () => {
    const connection = connectionWith(0);
    const { shared } = budget();
    for (const message of messages) shared.hold(message);
    connection.outbox.costBytes = sizes.reduce((sum, bytes) => sum + bytes, 0) / count;
    const end = () => {
      connection.terminate();
      for (const message of messages) shared.letGo(message);
    };
    return { ...connection, terminate: end };
  });
}

function neverSent(): never {
  throw new Error("nobody sends it here");
}

function createBudget(sizes: readonly number[]) {
  const clock = new FakeClock();
  const connections = sizes.map(connectionWith);
  const all: (Buffering & { readonly ended: readonly string[] })[] = [...connections];
  const warnings: string[] = [];
  const logger = { warn: (message: string) => void warnings.push(message), error() {} };
  const budget = new BufferBudget({ connections: all, maxBytes: 1_000, clock, logger });
  const cut = () => all.flatMap(({ ended }, index) => (ended.length > 0 ? [index] : []));
  return { budget, clock, connections, all, cut, warnings };
}

test.each([
  ["below", 999, []],
  ["at", 1_000, []],
  ["above", 1_001, [1]],
])("%s the limit", async (_where, total, expected) => {
  const { budget, clock, cut } = createBudget([400, total - 400]);
  budget.onWaiting(5_000);
  await clock.advance(0);
  expect(cut()).toEqual(expected);
  expect(budget.isOver).toBe(expected.length > 0);
});

test.each([
  ["below", 599, []],
  ["at", 600, []],
  ["above", 601, [0]],
])("%s the limit with what fifty wait for, counted once", async (_where, bytes, expected) => {
  const { budget, clock, all, cut } = createBudget([400]);
  all.push(...createSharers(() => budget, { sizes: [100, bytes - 100], count: 50 }));
  budget.onWaiting(5_000);
  await clock.advance(0);
  expect(cut()).toEqual(expected);
  expect(budget.isOver).toBe(expected.length > 0);
});

test("who shares with nobody goes before who shares with many, though as much waits for each", async () => {
  const { budget, clock, all, cut } = createBudget([]);
  all.push(...createSharers(() => budget, { sizes: [700], count: 3 }));
  all.push(connectionWith(200), connectionWith(300));
  budget.onWaiting(5_000);
  await clock.advance(0);
  expect(cut()).toEqual([4]);
});

test("cuts all who share, where what they share is too much: only the last of them frees it", async () => {
  const { budget, clock, all, cut } = createBudget([10]);
  all.push(...createSharers(() => budget, { sizes: [1_001], count: 3 }));
  budget.onWaiting(1);
  await clock.advance(0);
  expect(cut()).toEqual([1, 2, 3]);
  expect(budget.shared.total).toBe(0);
});

test("cuts those for whom most waits, and only until the rest is not too much", async () => {
  const { budget, clock, connections, cut, warnings } = createBudget([300, 900, 100, 800, 500]);
  budget.onWaiting(1_001);
  await clock.advance(0);
  expect(cut()).toEqual([1, 3]);
  expect(connections[1]?.ended).toEqual(["slowReader", "terminated"]);
  expect(warnings).toEqual(["2600 bytes waited for slow readers; the slowest 2 were closed"]);
});

test("is over until it is counted again, a second later", async () => {
  const { budget, clock } = createBudget([1_500]);
  budget.onWaiting(1_500);
  await clock.advance(0);
  await clock.advance(999);
  expect(budget.isOver).toBe(true);
  await clock.advance(1);
  expect(budget.isOver).toBe(false);
});

test("counts nothing within the turn that sends, and nothing once it is closed", async () => {
  const { budget, clock, cut } = createBudget([2_000]);
  budget.onWaiting(2_000);
  expect(cut()).toEqual([]);
  budget.close();
  budget.onWaiting(2_000);
  await clock.advance(10_000);
  expect(cut()).toEqual([]);
});

test("asks the sockets again only when what waits since could be too much", async () => {
  const { budget, clock, connections } = createBudget([0]);
  let asked = 0;
  const outbox = {
    costBytes: 400,
    get ownBytes() {
      asked += 1;
      return 400;
    },
  };
  Object.assign(connections[0] ?? {}, { outbox });
  for (let count = 0; count < 13; count += 1) {
    budget.onWaiting(100);
    await clock.advance(0);
  }
  // After 1,100 bytes, and not yet after 200 more on top of the 400 that wait.
  expect(asked).toBe(1);
});
