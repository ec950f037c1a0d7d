import { describe, expect, it } from "vitest";
import type { EventStore, Notice } from "../event-store.js";
import type { StoreTest } from "./test-storage.js";

const left: Notice = { kind: "disconnect", user: "ann" };
const revoked: Notice = { kind: "revoke", user: 'b\u0000"\ud800', channel: "chat:42" };
const minuteMs = 60_000;

/** Tells so many, and says whose they are by their number. */
async function tell(store: EventStore, ...users: readonly string[]): Promise<void> {
  for (const user of users) await store.putNotice("one", { kind: "disconnect", user });
}

function usersOf({ notices }: Awaited<ReturnType<EventStore["notices"]>>): readonly string[] {
  return notices.map(({ notice }) => notice.user);
}

export function describeNotices({ open, clock }: StoreTest): void {
  describe("what servers tell each other", () => {
    it("is read under numbers that go on without a hole, as it was told", async () => {
      const store = await open();
      const nothing = { latest: 0, hasGap: false, notices: [] };
      expect(await store.notices({ after: 0, limit: 10 })).toEqual(nothing);
      await store.putNotice("one", left);
      await store.putNotice("other", revoked);
      const [first, second] = [
        { number: 1, from: "one", notice: left },
        { number: 2, from: "other", notice: revoked },
      ];
      const page = { latest: 2, hasGap: false };
      const read = (after: number, limit = 10) => store.notices({ after, limit });
      expect(await read(0)).toEqual({ ...page, notices: [first, second] });
      expect(await read(0, 1)).toEqual({ ...page, notices: [first] });
      expect(await read(1)).toEqual({ ...page, notices: [second] });
      expect(await read(2)).toEqual({ ...page, notices: [] });
    });

    it("has each number once when several tell at once", async () => {
      const store = await open();
      await Promise.all(Array.from({ length: 20 }, (_, index) => tell(store, `user-${index}`)));
      const { notices } = await store.notices({ after: 0, limit: 100 });
      expect(notices.map(({ number }) => number)).toEqual(notices.map((_, index) => index + 1));
      expect(notices).toHaveLength(20);
    });

    it("is kept for a minute; who missed something is told so, and the others are not", async () => {
      const store = await open();
      const read = (after: number) => store.notices({ after, limit: 10 });
      await tell(store, "ann", "bob");
      clock.now += minuteMs - 1;
      await tell(store, "eve");
      expect(usersOf(await read(0))).toEqual(["ann", "bob", "eve"]);
      clock.now += 1;
      await tell(store, "zoe");
      expect(await read(0)).toMatchObject({ latest: 4, hasGap: true });
      expect(await read(1)).toMatchObject({ latest: 4, hasGap: true });
      const whole = await read(2);
      expect(whole.hasGap).toBe(false);
      expect(usersOf(whole)).toEqual(["eve", "zoe"]);
    });

    it("gives no number again when everything was forgotten", async () => {
      const store = await open();
      await tell(store, "ann");
      clock.now += 2 * minuteMs;
      await tell(store, "bob");
      clock.now += 2 * minuteMs;
      await tell(store, "eve");
      expect(await store.notices({ after: 1, limit: 10 })).toMatchObject({ hasGap: true });
      const page = await store.notices({ after: 2, limit: 10 });
      expect(page).toMatchObject({ latest: 3, hasGap: false, notices: [{ number: 3 }] });
    });

    it("has no hole after a clock was set back", async () => {
      const store = await open();
      await tell(store, "ann");
      clock.now -= 10 * minuteMs;
      await tell(store, "bob");
      clock.now += 5 * minuteMs;
      await tell(store, "eve");
      const page = await store.notices({ after: 0, limit: 10 });
      expect(page.hasGap).toBe(false);
      expect(usersOf(page)).toEqual(["ann", "bob", "eve"]);
    });

    it("is missed by a reader who has seen more than there is", async () => {
      const store = await open();
      await tell(store, "ann");
      expect(await store.notices({ after: 2, limit: 10 })).toMatchObject({ hasGap: true });
    });
  });
}
