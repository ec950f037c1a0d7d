import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import { GuestBook, mostGuests } from "../../src/connection/guest-book.ts";

function createBook() {
  const clock = new FakeClock();
  const limits = {
    messageRate: { perSecond: 1, burst: 2 },
    maxBadMessagesPerMinute: 2,
    maxRefusalsPerMinute: 2,
  };
  return { clock, book: new GuestBook({ clock, limits, random: () => 0.5 }) };
}

test("whoever comes again is the same guest, and nobody else is", () => {
  const { book } = createBook();
  const ann = book.of("ann");
  expect(book.of("ann")).toBe(ann);
  expect(book.of("bob")).not.toBe(ann);
});

test("guests who rest are forgotten after a minute, and those of whom something counts are not", async () => {
  const { book, clock } = createBook();
  const busy = book.of("busy");
  book.of("idle");
  await clock.advance(59_000);
  busy.countBad();
  await clock.advance(1_000);
  expect(book.of("busy")).toBe(busy);
  expect(book.size).toBe(1);
  await clock.advance(60_000);
  book.of("another");
  expect(book.size).toBe(1);
});

test("beyond 10,000 guests whoever has not come for the longest time is forgotten", () => {
  const { book } = createBook();
  const [first, second] = [book.of("first"), book.of("second")];
  for (let count = 2; count < mostGuests; count += 1) book.of(`guest ${count}`);
  expect(book.size).toBe(mostGuests);
  expect(book.of("first")).toBe(first);
  book.of("one more");
  expect(book.size).toBe(mostGuests);
  expect(book.of("first")).toBe(first);
  expect(book.of("second")).not.toBe(second);
});

test.each([
  ["countBad", 2],
  ["countRefusal", 3],
] as const)(
  "%s mutes with the one beyond its limit, the %i., for 5 to 10 s",
  async (count, most) => {
    const { book, clock } = createBook();
    const guest = book.of("ann");
    for (let done = 1; done < most; done += 1) guest[count]();
    expect(guest.mutedMs).toBe(0);
    guest[count]();
    expect(guest.mutedMs).toBe(7_500);
    await clock.advance(7_500);
    expect(guest.mutedMs).toBe(0);
    guest[count]();
    expect(guest.mutedMs).toBe(0);
  },
);

test("what is put in line is done one after another, whatever becomes of it", async () => {
  const guest = createBook().book.of("ann");
  const done: number[] = [];
  let open = () => {};
  const first = guest.inLine(async () => {
    await new Promise<void>((resolve) => {
      open = resolve;
    });
    done.push(1);
    throw new Error("this one fails");
  });
  const second = guest.inLine(async () => done.push(2));
  await Promise.resolve();
  expect(done).toEqual([]);
  open();
  await expect(first).rejects.toThrow("this one fails");
  await second;
  expect(done).toEqual([1, 2]);
});
