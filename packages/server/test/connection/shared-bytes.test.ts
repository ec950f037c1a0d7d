import fc from "fast-check";
import { expect, test } from "vitest";
import { HeldMessages } from "../../src/connection/held-messages.ts";
import { SharedBytes } from "../../src/connection/shared-bytes.ts";
import { EventsFrame } from "../../src/log/events-frame.ts";

function frameOf(bytes: number): EventsFrame {
  return new EventsFrame({ channel: "c", after: 0, offset: 1 }, "x".repeat(bytes));
}

test("the first that waits with a message pays for it, and the last that lets go frees it", () => {
  const shared = new SharedBytes();
  const [one, other] = [frameOf(300), frameOf(50)];
  shared.hold(one);
  shared.hold(one);
  shared.hold(other);
  expect([shared.total, shared.holdersOf(one)]).toEqual([350, 2]);
  shared.letGo(one);
  expect(shared.total).toBe(350);
  shared.letGo(one);
  expect([shared.total, shared.holdersOf(one)]).toEqual([50, 0]);
});

test("two messages of the same text are two", () => {
  const shared = new SharedBytes();
  shared.hold(frameOf(10));
  shared.hold(frameOf(10));
  expect(shared.total).toBe(20);
});

test("a socket lets go of what it has taken whole, and its part is what it does not share with others", () => {
  const shared = new SharedBytes();
  const [one, other] = [new HeldMessages(shared), new HeldMessages(shared)];
  const [first, second] = [frameOf(100), frameOf(60)];
  one.add(first, 100);
  one.add(second, 160);
  other.add(second, 60);
  expect([one.bytes, one.part, other.part, shared.total]).toEqual([160, 130, 30, 160]);
  one.takenUpTo(99);
  expect(one.count).toBe(2);
  one.takenUpTo(100);
  expect([one.count, one.bytes, shared.total]).toEqual([1, 60, 60]);
  other.letGoOfAll();
  expect([one.part, shared.total]).toEqual([60, 60]);
  one.takenUpTo(1_000);
  expect([one.bytes, shared.total]).toEqual([0, 0]);
});

test("counts exactly what some socket still waits with, whatever they take in whatever order", () => {
  const step = fc.record({
    socket: fc.nat(3),
    /** Send the next message to so many sockets from this one on, or take so much. */
    sends: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    bytes: fc.integer({ min: 1, max: 500 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const shared = new SharedBytes();
      const sockets = Array.from({ length: 4 }, () => ({
        held: new HeldMessages(shared),
        sent: 0,
        taken: 0,
        /** What should be held: messages and where they end. */
        waits: [] as { readonly message: EventsFrame; readonly end: number }[],
      }));
      for (const { socket, sends, bytes } of steps) {
        if (sends !== undefined) {
          const message = frameOf(bytes);
          for (const to of sockets.slice(socket, socket + sends)) {
            to.sent += bytes;
            to.held.add(message, to.sent);
            to.waits.push({ message, end: to.sent });
          }
        } else {
          const from = sockets[socket];
          if (!from) continue;
          from.taken = Math.min(from.sent, from.taken + bytes);
          from.held.takenUpTo(from.taken);
          from.waits = from.waits.filter(({ end }) => end > from.taken);
        }
        const distinct = new Set(sockets.flatMap(({ waits }) => waits.map((wait) => wait.message)));
        const expected = [...distinct].reduce((sum, message) => sum + message.bytes.length, 0);
        expect(shared.total).toBe(expected);
        const parts = sockets.reduce((sum, { held }) => sum + held.part, 0);
        expect(parts).toBeCloseTo(expected, 6);
      }
      for (const { held } of sockets) held.letGoOfAll();
      expect(shared.total).toBe(0);
    }),
  );
});
