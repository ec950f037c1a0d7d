import { describe, expect, it } from "vitest";
import type { EventStore } from "../event-store.js";
import {
  append,
  channel,
  completed,
  custom,
  executing,
  request,
  started,
  thinking,
} from "./event-samples.js";
import type { StoreTest } from "./test-storage.js";

const offsetsOf = async (store: EventStore) => {
  const { events } = await store.read({ channel, after: 0, limit: 1000 });
  return events.map(({ offset }) => offset);
};

/** Runs of 152 events each, that have ended. */
async function appendLongRuns(store: EventStore, count: number): Promise<void> {
  for (let run = 0; run < count; run++) {
    const runId = `run-${run}`;
    const events = Array.from({ length: 150 }, () => thinking(runId));
    await append(store, [started(runId), ...events, completed(runId)]);
  }
}

export function describeRetention({ open }: StoreTest): void {
  describe("trimming", () => {
    it("takes what lies below the floor, but for the latest of each of the channel's names and keys", async () => {
      const store = await open();
      await append(store, [
        custom("todo", "x", 1),
        custom("todo", "x", 2),
        custom("todo", "y", 3),
        custom("note"),
      ]); // 1–4
      await append(store, [started("old"), custom("todo", "x", 4, "old"), completed("old")]); // 5–7
      await append(store, [started("new")]); // 8
      await append(store, [custom("todo", "y", 5)]); // 9
      expect(await store.trim(channel, 8)).toBe(8);
      expect(await offsetsOf(store)).toEqual([2, 8, 9]);
      expect(await store.head(channel)).toMatchObject({ floor: 8, offset: 9 });
      expect((await store.latestCustom(channel, 99)).map(({ offset }) => offset)).toEqual([2, 9]);
      expect(await append(store, [thinking("new")])).toBe(10);
    });

    it("forgets the runs that began below the floor, with their descendants", async () => {
      const store = await open();
      await append(store, [started("old")]); // 1
      await append(store, [started("next")]); // 2
      await append(store, [started("old.a", { parentRunId: "old" }), completed("old.a")]); // 3–4
      await append(store, [thinking("old"), completed("old")]); // 5–6
      expect(await store.trim(channel, 2)).toBe(2);
      expect(await offsetsOf(store)).toEqual([2, 3, 4, 5, 6]);
      for (const runId of ["old", "old.a"]) {
        expect(await store.run(channel, runId)).toBeUndefined();
        expect((await store.read({ channel, after: 0, limit: 9, runId })).events).toEqual([]);
      }
      const page = await store.read({ channel, after: 4, limit: 9 });
      expect(page.events.map(({ runId }) => runId)).toEqual(["old", "old"]);
      expect((await store.listRuns({ channel, limit: 9 })).runs?.map(({ runId }) => runId)).toEqual(
        ["next"],
      );
    });

    it("[RW-SUB-19] never passes a root run that goes on, or a descendant of which does", async () => {
      const store = await open();
      await append(store, [started("done"), completed("done")]); // 1–2
      await append(store, [started("root")]); // 3
      await append(store, [started("child", { parentRunId: "root" })]); // 4
      await append(store, [completed("root")]); // 5
      await append(store, [started("new")]); // 6
      expect(await store.trim(channel, 6)).toBe(3);
      expect(await offsetsOf(store)).toEqual([3, 4, 5, 6]);
      await append(store, [completed("child")]);
      expect(await store.trim(channel, 6)).toBe(6);
    });

    it("[RW-SUB-19] goes down to where a root run began, never back, and nowhere without one", async () => {
      const store = await open();
      await append(store, [custom("n")]); // 1
      expect(await store.trim(channel, 1)).toBe(1);
      expect(await store.trim("chat:43", 9)).toBe(1);
      await append(store, [started("a"), thinking("a"), completed("a")]); // 2–4
      await append(store, [started("b"), completed("b")]); // 5–6
      expect(await store.trim(channel, 4)).toBe(2);
      expect(await store.trim(channel, 99)).toBe(5);
      expect(await store.trim(channel, 2)).toBe(5);
    });

    it("replaces what it kept below the floor once that is superseded", async () => {
      const store = await open();
      await append(store, [custom("todo", "x", 1)]); // 1
      for (const runId of ["a", "b"]) await append(store, [started(runId), completed(runId)]); // 2–5
      await store.trim(channel, 2);
      expect(await offsetsOf(store)).toEqual([1, 2, 3, 4, 5]);
      await append(store, [custom("todo", "x", 2)]); // 6
      await store.trim(channel, 4);
      expect(await offsetsOf(store)).toEqual([4, 5, 6]);
    });

    it("does nothing for an epoch that is no longer the log's", async () => {
      const store = await open();
      const fill = async () => {
        for (const runId of ["a", "b"]) await append(store, [started(runId), completed(runId)]); // 1–4
      };
      await fill();
      const { epoch: deleted } = await store.head(channel);
      await store.deleteChannel(channel);
      expect(await store.trim(channel, 3, deleted)).toBe(1);
      await fill();
      expect(await store.trim(channel, 3, deleted)).toBe(1);
      expect(await offsetsOf(store)).toEqual([1, 2, 3, 4]);
      const { epoch: renewed } = await store.head(channel);
      await store.renewEpochs();
      expect(await store.trim(channel, 3, renewed)).toBe(1);
      expect(await offsetsOf(store)).toEqual([1, 2, 3, 4]);
      const { epoch } = await store.head(channel);
      expect(await store.trim(channel, 3, epoch)).toBe(3);
      expect(await store.trim(channel, 1, deleted), "the floor that holds").toBe(3);
      expect(await offsetsOf(store)).toEqual([3, 4]);
    });

    it("with an epoch takes nothing of a channel that is deleted and filled again while it goes on", async () => {
      const store = await open();
      await appendLongRuns(store, 20);
      const { epoch } = await store.head(channel);
      const trimming = store.trim(channel, 19 * 152 + 1, epoch);
      const deleting = store.deleteChannel(channel);
      const filling = ["a", "b", "c"].map((id) => append(store, [started(id), completed(id)]));
      await Promise.all([trimming, deleting, ...filling]);
      expect(await store.head(channel)).toMatchObject({ floor: 1 });
    });

    it("takes a long history away, whole", async () => {
      const store = await open();
      await appendLongRuns(store, 40);
      const floor = 39 * 152 + 1;
      expect(await store.trim(channel, floor)).toBe(floor);
      const { events } = await store.read({ channel, after: 0, limit: 1000 });
      expect(events.map(({ offset }) => offset)).toEqual(
        Array.from({ length: 152 }, (_, index) => floor + index),
      );
    });

    it("leaves publish keys, open tools and what goes on as they were, and is told to who watches", async () => {
      const store = await open();
      const first = request([started("old"), completed("old")]);
      await store.append(first);
      await append(store, [started("new"), executing("new", "t")]);
      const seen: string[] = [];
      store.watch((name) => seen.push(name));
      await store.trim(channel, 3);
      expect(seen).toContain(channel);
      expect(await store.append(first)).toMatchObject({ status: "duplicate", offset: 1 });
      expect(await store.append(request([thinking("old")]))).toMatchObject({
        code: "run_not_found",
      });
      expect(await store.openRoots(channel)).toHaveLength(1);
    });
  });

  describe("deleting a channel", () => {
    it("[RW-LOG-2] leaves nothing of it, and gives what comes next another epoch", async () => {
      const store = await open();
      const first = request([started("a"), executing("a", "t")]);
      await store.append(first);
      await append(store, [custom("todo", "x")]);
      await store.putCommand({ channel, id: "c1", runId: "a", name: "cancel" });
      const before = await store.head(channel);
      const seen: string[] = [];
      store.watch((name) => seen.push(name));
      await store.deleteChannel(channel);
      const { epoch, ...rest } = await store.head(channel);
      expect(epoch).not.toBe(before.epoch);
      expect(rest).toEqual({ offset: 0, floor: 1 });
      expect(seen).toContain(channel);
      expect(await store.latestCustom(channel, 99)).toEqual([]);
      expect(await store.openRoots(channel)).toEqual([]);
      expect(await store.pendingCommands(channel, "a")).toEqual([]);
      expect(await store.listChannels({ limit: 9 })).toEqual([]);
      expect(await store.findPublish(first)).toBeUndefined();
      expect(await store.append(first)).toEqual({ status: "appended", epoch, offset: 1 });
      expect(await store.head(channel)).toEqual({ epoch, offset: 2, floor: 1 });
    });

    it("ends the leases of its runs, and leaves other channels alone", async () => {
      const store = await open();
      await append(store, [started("a", { leaseMs: 5_000 })]);
      await append(store, [started("a")], { channel: "chat:43" });
      const other = await store.head("chat:43");
      await store.deleteChannel(channel);
      expect(await store.lapsedRuns(9)).toEqual([]);
      expect(await store.head("chat:43")).toEqual(other);
      expect(await store.run("chat:43", "a")).toBeDefined();
    });

    it("[RW-LOG-3] gives another epoch each time, and none to a channel that never had an event", async () => {
      const store = await open();
      const { epoch } = await store.head(channel);
      await store.deleteChannel(channel);
      expect(await store.head(channel)).toEqual({ epoch, offset: 0, floor: 1 });
      const epochs = new Set([epoch]);
      for (let count = 0; count < 3; count++) {
        await append(store, [custom("n")]);
        await store.deleteChannel(channel);
        epochs.add((await store.head(channel)).epoch);
      }
      expect(epochs.size).toBe(4);
    });
  });

  describe("listing channels", () => {
    it("gives those with events by name, page by page", async () => {
      const store = await open();
      for (const name of ["b", "a", "c/d", "B"])
        await append(store, [custom("n")], { channel: name });
      await store.head("never-written");
      expect(await store.listChannels({ limit: 9 })).toEqual(["B", "a", "b", "c/d"]);
      expect(await store.listChannels({ limit: 2, after: "B" })).toEqual(["a", "b"]);
      expect(await store.listChannels({ limit: 2, after: "b" })).toEqual(["c/d"]);
    });
  });
}
