import { describe, expect, it } from "vitest";
import type { EventStore } from "../event-store.js";
import {
  ann,
  append,
  channel,
  completed,
  custom,
  request,
  started,
  thinking,
  writer,
} from "./event-samples.js";
import type { StoreTest } from "./test-storage.js";

/** Bytes of the texts from an offset on, counted by hand. */
async function bytesFrom(store: EventStore, offset: number): Promise<number> {
  const { events } = await store.read({ channel, after: offset - 1, limit: 1000 });
  return events.reduce((sum, { json }) => sum + Buffer.byteLength(json), 0);
}

export function describeKeeping({ open, clock }: StoreTest): void {
  describe("what a channel keeps", () => {
    it("is nothing where nothing was written, and asking writes nothing", async () => {
      const store = await open();
      const { epoch } = await store.head(channel);
      expect(await store.keptRuns({ channel, limit: 9 })).toEqual({
        ...{ epoch, offset: 0, floor: 1, bytes: 0, roots: [] },
      });
      expect(await store.listChannels({ limit: 9 })).toEqual([]);
    });

    it("counts the bytes of the texts from the floor and from each root run on, in UTF-8", async () => {
      const store = await open();
      await append(store, [custom("n", undefined, "é".repeat(20))]); // 1
      await append(store, [started("a"), thinking("a", "…"), completed("a")]); // 2–4
      await append(store, [started("b"), thinking("b", "😀")]); // 5–6
      const kept = await store.keptRuns({ channel, limit: 9 });
      expect(kept).toMatchObject({ floor: 1, offset: 6, bytes: await bytesFrom(store, 1) });
      expect(kept.roots.map(({ first, bytes }) => ({ first, bytes }))).toEqual([
        { first: 2, bytes: await bytesFrom(store, 2) },
        { first: 5, bytes: await bytesFrom(store, 5) },
      ]);
    });

    it("is less after a trim by what went", async () => {
      const store = await open();
      for (const runId of ["a", "b", "c"])
        await append(store, [started(runId), thinking(runId, runId.repeat(99)), completed(runId)]);
      await store.trim(channel, 4);
      await append(store, [started("d")]);
      const { bytes, roots, floor } = await store.keptRuns({ channel, limit: 2 });
      expect(floor).toBe(4);
      expect(bytes).toBe(await bytesFrom(store, 4));
      expect(roots.map(({ first }) => first)).toEqual([4, 7]);
      expect(roots[1]?.bytes).toBe(await bytesFrom(store, 7));
    });

    it("says of each root run whether it goes on, and since when it and its descendants are idle", async () => {
      const store = await open();
      await append(store, [started("root")]); // 1
      clock.now += 1_000;
      await append(store, [started("child", { parentRunId: "root" }), completed("child")]); // 2–3
      await append(store, [completed("root")]); // 4
      clock.now += 500;
      await append(store, [started("parent")]); // 5
      await append(store, [started("open", { parentRunId: "parent" })]); // 6
      await append(store, [completed("parent")]); // 7
      clock.now += 200;
      expect((await store.keptRuns({ channel, limit: 9 })).roots).toMatchObject([
        { first: 1, isOpen: false, idleMs: 700 },
        { first: 5, isOpen: true, idleMs: 200 },
      ]);
      await store.renew({ channel, writer, actor: ann, runIds: ["open"] });
      clock.now += 10;
      expect((await store.keptRuns({ channel, limit: 9 })).roots[1]?.idleMs).toBe(10);
    });

    it("gives the oldest root runs, as many as were asked for", async () => {
      const store = await open();
      for (const runId of ["a", "b", "c"]) await append(store, [started(runId), completed(runId)]);
      const { roots } = await store.keptRuns({ channel, limit: 2 });
      expect(roots.map(({ first }) => first)).toEqual([1, 3]);
    });
  });

  describe("epochs that are renewed", () => {
    it("[RW-LOG-2] are others for every channel, written or not, and the log is as it was", async () => {
      const store = await open();
      const first = request([started("a"), thinking("a")]);
      await store.append(first);
      const names = [channel, "never-written"];
      const epochs = () => Promise.all(names.map(async (name) => (await store.head(name)).epoch));
      const before = await epochs();
      const seen: string[] = [];
      store.watch((name) => seen.push(name));
      await store.renewEpochs();
      const after = await epochs();
      expect(new Set([...before, ...after]).size).toBe(4);
      expect(seen).toContain(channel);
      expect(await epochs()).toEqual(after);
      expect(await store.head(channel)).toMatchObject({ offset: 2, floor: 1 });
      expect(await store.append(first)).toMatchObject({ status: "duplicate", epoch: after[0] });
      expect(await append(store, [thinking("a")])).toBe(3);
      await append(store, [custom("n")], { channel: "never-written" });
      expect(await epochs()).toEqual(after);
    });
  });

  describe("a duty", () => {
    const claim = (store: EventStore, holder: string, forMs = 1_000) =>
      store.claimDuty({ duty: "retention", holder, forMs });

    it("is one holder's until the time is over or it lets go", async () => {
      const store = await open();
      expect(await claim(store, "one")).toBe(true);
      expect(await claim(store, "other")).toBe(false);
      clock.now += 600;
      expect(await claim(store, "one")).toBe(true);
      clock.now += 600;
      expect(await claim(store, "other")).toBe(false);
      clock.now += 400;
      expect(await claim(store, "other")).toBe(true);
      expect(await claim(store, "one")).toBe(false);
      await claim(store, "other", 0);
      expect(await claim(store, "one")).toBe(true);
    });

    it("is not another duty", async () => {
      const store = await open();
      await claim(store, "one");
      expect(await store.claimDuty({ duty: "sweeping", holder: "other", forMs: 1_000 })).toBe(true);
    });
  });
}
