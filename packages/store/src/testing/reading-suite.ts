import { describe, expect, it } from "vitest";
import { append, channel, completed, custom, started, thinking } from "./event-samples.js";
import type { StoreTest } from "./test-storage.js";

export function describeReading({ open }: StoreTest): void {
  describe("reading", () => {
    it("[RW-SUB-23] gives the events after an offset, in pages that say how far they reach", async () => {
      const store = await open();
      await append(store, [started("a"), thinking("a"), thinking("a"), thinking("a")]);
      const offsets = async (after: number, limit: number) => {
        const { events, through } = await store.read({ channel, after, limit });
        return { offsets: events.map(({ offset }) => offset), through };
      };
      expect(await offsets(0, 2)).toEqual({ offsets: [1, 2], through: 2 });
      expect(await offsets(2, 2)).toEqual({ offsets: [3, 4], through: 4 });
      expect(await offsets(3, 9)).toEqual({ offsets: [4], through: 4 });
      expect(await offsets(4, 9)).toEqual({ offsets: [], through: 4 });
      expect(await offsets(7, 9)).toEqual({ offsets: [], through: 7 });
    });

    it("[RW-SUB-24] gives one run's events alone, and reaches to the head with the last of them", async () => {
      const store = await open();
      await append(store, [started("a")]);
      await append(store, [started("b")]);
      await append(store, [thinking("a"), thinking("a")]);
      await append(store, [custom("n")]);
      const first = await store.read({ channel, after: 0, limit: 2, runId: "a" });
      expect(first.events.map(({ offset }) => offset)).toEqual([1, 3]);
      expect(first.through).toBe(3);
      const rest = await store.read({ channel, after: 3, limit: 2, runId: "a" });
      expect(rest.events.map(({ offset, runId }) => ({ offset, runId }))).toEqual([
        { offset: 4, runId: "a" },
      ]);
      expect(rest).toMatchObject({ through: 5, offset: 5 });
      expect(await store.read({ channel, after: 0, limit: 2, runId: "nobody" })).toMatchObject({
        events: [],
        through: 5,
      });
    });

    it("names the run of an event, and none for the channel's own", async () => {
      const store = await open();
      await append(store, [started("a"), custom("n", "k", 1, "a")]);
      await append(store, [custom("n")]);
      const { events } = await store.read({ channel, after: 0, limit: 9 });
      expect(events.map((event) => ("runId" in event ? event.runId : "none"))).toEqual([
        "a",
        "a",
        "none",
      ]);
    });

    it("ends a page with the event that passes the bytes, counted in UTF-8", async () => {
      const store = await open();
      const wide = "é".repeat(100);
      await append(store, [
        started("a"),
        thinking("a", wide),
        thinking("a", wide),
        thinking("a", wide),
      ]);
      const page = (maxBytes: number, runId?: string) =>
        store.read({
          channel,
          after: 1,
          limit: 9,
          maxBytes,
          ...(runId === undefined ? {} : { runId }),
        });
      for (const runId of [undefined, "a"]) {
        expect(await page(1, runId)).toMatchObject({ events: [{ offset: 2 }], through: 2 });
        expect((await page(400, runId)).through).toBe(3);
        expect(await page(100_000, runId)).toMatchObject({ through: 4 });
      }
    });

    it("sees what it has awaited", async () => {
      const store = await open();
      for (let count = 1; count <= 20; count++) {
        await append(store, [custom("n")]);
        expect(await store.head(channel)).toMatchObject({ offset: count });
      }
    });
  });

  describe("the latest keyed events of a channel", () => {
    it("are one of each name and key, up to an offset", async () => {
      const store = await open();
      await append(store, [custom("todo", "x", 1), custom("todo", "y", 2), custom("todo", "x", 3)]);
      await append(store, [started("a"), custom("todo", "x", 4, "a")]);
      await append(store, [custom("todo"), custom("plan", "x", 5)]);
      const offsets = async (upTo: number) =>
        (await store.latestCustom(channel, upTo)).map(({ offset }) => offset);
      expect(await offsets(0)).toEqual([]);
      expect(await offsets(2)).toEqual([1, 2]);
      expect(await offsets(3)).toEqual([2, 3]);
      expect(await offsets(99)).toEqual([2, 3, 7]);
    });
  });

  describe("watching", () => {
    it("tells of channels that grew, until it is undone", async () => {
      const store = await open();
      const seen: string[] = [];
      const undo = store.watch((name) => seen.push(name));
      store.watch(() => {
        throw new Error("a listener's own trouble");
      });
      await append(store, [started("a")]);
      await append(store, [started("a")], { channel: "chat:43" });
      expect(new Set(seen)).toEqual(new Set([channel, "chat:43"]));
      undo();
      undo();
      await append(store, [completed("a")]);
      expect(seen.filter((name) => name === channel)).toHaveLength(1);
    });

    it("tells of a refused append nothing", async () => {
      const store = await open();
      const seen: string[] = [];
      store.watch((name) => seen.push(name));
      await expect(append(store, [thinking("a")])).rejects.toThrow("run_not_found");
      expect(seen).toEqual([]);
    });
  });
}
