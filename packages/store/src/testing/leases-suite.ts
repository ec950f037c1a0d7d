import { describe, expect, it } from "vitest";
import type { Actor, EventStore } from "../event-store.js";
import {
  ann,
  append,
  channel,
  completed,
  custom,
  executing,
  request,
  started,
  thinking,
  writer,
} from "./event-samples.js";
import type { StoreTest } from "./test-storage.js";

export function describeLeases({ open, clock }: StoreTest): void {
  const lapsed = async (store: EventStore) =>
    (await store.lapsedRuns(10)).map(({ runId }) => runId);
  const renew = (
    store: EventStore,
    runIds: readonly string[],
    more: { writer?: string; actor?: Actor; take?: boolean } = {},
  ) => store.renew({ channel, writer, actor: ann, runIds, ...more });

  describe("a lease", () => {
    it("lapses by the store's clock, oldest first, and not for a run that has ended", async () => {
      const store = await open();
      await append(store, [started("long", { leaseMs: 9_000 })]);
      await append(store, [started("short", { leaseMs: 5_000 })], { channel: "chat:43" });
      await append(store, [started("ended", { leaseMs: 5_000 }), completed("ended")]);
      clock.now += 4_999;
      expect(await lapsed(store)).toEqual([]);
      clock.now += 1;
      expect(await lapsed(store)).toEqual(["short"]);
      clock.now += 4_000;
      expect(await lapsed(store)).toEqual(["short", "long"]);
      expect(await store.lapsedRuns(1)).toHaveLength(1);
    });

    it("[RW-EVT-12] is renewed by an append to its run and by nothing else that is written", async () => {
      const store = await open();
      await append(store, [started("a", { leaseMs: 5_000 })]);
      clock.now += 4_000;
      await append(store, [custom("n")]);
      expect((await store.run(channel, "a"))?.leaseUntil).toBe(clock.now + 1_000);
      await append(store, [thinking("a")]);
      expect((await store.run(channel, "a"))?.leaseUntil).toBe(clock.now + 5_000);
    });

    it("is extended for every run that goes on, and shortened for none", async () => {
      const store = await open();
      await append(store, [started("lapsed", { leaseMs: 5_000 })]);
      clock.now += 60_000;
      await append(store, [started("fresh")]);
      await append(store, [started("ended"), completed("ended")]);
      const ended = await store.run(channel, "ended");
      clock.now -= 1;
      await store.extendLeases();
      expect((await store.run(channel, "lapsed"))?.leaseUntil).toBe(clock.now + 5_000);
      expect((await store.run(channel, "fresh"))?.leaseUntil).toBe(clock.now + 60_001);
      expect(await store.run(channel, "ended")).toEqual(ended);
    });
  });

  describe("renewing", () => {
    it("[RW-PUB-16] renews the runs of the writer and says which are lost, and why", async () => {
      const store = await open();
      await append(store, [started("mine", { leaseMs: 5_000 })]);
      await append(store, [started("ended"), completed("ended")]);
      await append(store, [started("other")], { writer: "another" });
      clock.now += 3_000;
      expect(await renew(store, ["ended", "mine", "other", "nobody"])).toEqual([
        { runId: "ended", code: "run_completed" },
        { runId: "other", code: "run_taken" },
        { runId: "nobody", code: "run_not_found" },
      ]);
      expect((await store.run(channel, "mine"))?.leaseUntil).toBe(clock.now + 5_000);
    });

    it("of a channel that has no events finds none", async () => {
      const store = await open();
      expect(await renew(store, ["a"])).toEqual([{ runId: "a", code: "run_not_found" }]);
      expect(await store.listChannels({ limit: 1 })).toEqual([]);
    });

    it("[RW-PUB-14] gives the run to who takes it, and the writer before is refused from then on", async () => {
      const store = await open();
      await append(store, [started("a"), executing("a", "t")]);
      expect(await renew(store, ["a"], { writer: "heir", take: true })).toEqual([]);
      expect(await store.append(request([thinking("a")]))).toMatchObject({ code: "run_taken" });
      expect(await renew(store, ["a"])).toEqual([{ runId: "a", code: "run_taken" }]);
      expect(await store.run(channel, "a")).toMatchObject({ writer: "heir", owner: ann, last: 2 });
      await append(store, [completed("a")], { writer: "heir" });
    });

    it("[RW-PUB-15] lets only the owner and the server take", async () => {
      const store = await open();
      const take = (runId: string, actor: Actor) =>
        renew(store, [runId], { writer: "heir", actor, take: true });
      const forbidden = (runId: string) => [{ runId, code: "forbidden" }];
      const [anonymous, server, bob]: Actor[] = [
        { type: "user" },
        { type: "server" },
        { type: "user", id: "bob" },
      ];
      if (!anonymous || !server || !bob) throw new Error("three actors");
      await append(store, [started("of-ann")]);
      await append(store, [started("of-nobody")], { actor: anonymous });
      await append(store, [started("of-server")], { actor: server });
      expect(await take("of-ann", bob)).toEqual(forbidden("of-ann"));
      expect(await take("of-ann", anonymous)).toEqual(forbidden("of-ann"));
      expect(await take("of-nobody", ann)).toEqual(forbidden("of-nobody"));
      expect(await take("of-server", ann)).toEqual(forbidden("of-server"));
      expect((await store.run(channel, "of-ann"))?.writer).toBe(writer);
      expect(await take("of-ann", server)).toEqual([]);
      expect(await take("of-nobody", anonymous)).toEqual([]);
      expect(await take("of-server", server)).toEqual([]);
    });
  });

  describe("abandoning", () => {
    const abandon = (store: EventStore, runId: string) =>
      store.abandon({ channel, runId, event: completed(runId, "abandoned") });

    it("ends a run whose lease has lapsed, once", async () => {
      const store = await open();
      await append(store, [started("a", { leaseMs: 5_000 }), executing("a", "t")]);
      clock.now += 5_000;
      expect(await abandon(store, "a")).toBe(true);
      expect(await abandon(store, "a")).toBe(false);
      expect(await store.run(channel, "a")).toMatchObject({
        status: "abandoned",
        last: 3,
        completedAt: expect.any(Number),
      });
      expect(await store.head(channel)).toMatchObject({ offset: 3 });
      expect(await store.append(request([thinking("a")]))).toMatchObject({ code: "run_completed" });
      expect(await lapsed(store)).toEqual([]);
    });

    it("leaves a run alone whose lease was renewed meanwhile, and one that nobody knows", async () => {
      const store = await open();
      await append(store, [started("a", { leaseMs: 5_000 })]);
      clock.now += 5_000;
      await renew(store, ["a"]);
      expect(await abandon(store, "a")).toBe(false);
      expect(await abandon(store, "nobody")).toBe(false);
      expect(await store.head(channel)).toMatchObject({ offset: 1 });
    });

    it("is told to who watches", async () => {
      const store = await open();
      await append(store, [started("a", { leaseMs: 5_000 })]);
      clock.now += 5_000;
      const seen: string[] = [];
      store.watch((name) => seen.push(name));
      await abandon(store, "a");
      expect(seen).toContain(channel);
    });
  });
}
