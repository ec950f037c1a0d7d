import type { KeptRoot, KeptRuns } from "@runwire/store";
import { expect, test } from "vitest";
import { planRetention } from "../../src/log/plan-retention.ts";

/** Runs of ten events and 100 bytes each, from offset 1 on, the oldest idle for the longest. */
function createKept(roots: readonly Partial<KeptRoot>[], more: Partial<KeptRuns> = {}): KeptRuns {
  const { length } = roots;
  return {
    ...{ epoch: "e", floor: 1, offset: length * 10, bytes: length * 100 },
    roots: roots.map((root, index) => ({
      ...{ first: index * 10 + 1, isOpen: false, idleMs: (length - index) * 1_000 },
      bytes: (length - index) * 100,
      ...root,
    })),
    ...more,
  };
}

test("without a bound nothing goes", () => {
  expect(planRetention({}, createKept([{}, {}, {}]))).toBe(1);
});

test.each([
  [{ maxAgeMs: 3_000 }, 11],
  [{ maxAgeMs: 3_001 }, 1],
  [{ maxAgeMs: 1_000 }, 21],
  [{ maxEvents: 30 }, 1],
  [{ maxEvents: 29 }, 11],
  [{ maxEvents: 20 }, 11],
  [{ maxEvents: 1 }, 21],
  [{ maxBytes: 300 }, 1],
  [{ maxBytes: 299 }, 11],
  [{ maxBytes: 99 }, 21],
  [{ maxAgeMs: 3_000, maxEvents: 10 }, 21],
])("of three ended runs %j leaves what begins at %i, and the newest always", (policy, floor) => {
  expect(planRetention(policy, createKept([{}, {}, {}]))).toBe(floor);
});

test("a run that goes on stays, with everything after its start", () => {
  const kept = createKept([{}, { isOpen: true, idleMs: 9e9 }, {}, {}]);
  expect(planRetention({ maxAgeMs: 1, maxEvents: 1, maxBytes: 1 }, kept)).toBe(11);
});

test("a young run stays, and the older ones that come after it in the log", () => {
  const kept = createKept([{}, { idleMs: 5 }, {}, {}]);
  expect(planRetention({ maxAgeMs: 1_000 }, kept)).toBe(11);
});

test("the channel's own events before its first run go by number and size, and by age with that run", () => {
  const before = createKept([{ first: 6 }, { first: 11 }], { offset: 20 });
  expect(planRetention({ maxEvents: 15 }, before)).toBe(6);
  expect(planRetention({ maxBytes: 199 }, before)).toBe(11);
  expect(planRetention({ maxAgeMs: 2_000 }, before)).toBe(11);
  expect(planRetention({ maxAgeMs: 2_001 }, before)).toBe(1);
});

test("where there is no run nothing goes", () => {
  expect(planRetention({ maxEvents: 1 }, createKept([], { offset: 50, bytes: 500 }))).toBe(1);
});

test("one step takes what its limits allow, and at least one run", () => {
  const kept = createKept([{}, {}, {}, {}]);
  const policy = { maxEvents: 1 };
  expect(planRetention(policy, kept, { maxEvents: 25, maxBytes: 9_999 })).toBe(21);
  expect(planRetention(policy, kept, { maxEvents: 99, maxBytes: 150 })).toBe(11);
  expect(planRetention(policy, kept, { maxEvents: 5, maxBytes: 5 })).toBe(11);
});
