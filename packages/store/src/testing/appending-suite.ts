import { describe, expect, it } from "vitest";
import {
  append,
  channel,
  completed,
  custom,
  executed,
  executing,
  request,
  started,
  textsOf,
  thinking,
} from "./event-samples.js";
import type { StoreTest } from "./test-storage.js";

export function describeAppending({ open, clock }: StoreTest): void {
  describe("appending", () => {
    it("[RW-LOG-1] gives offsets from 1 on, without a hole, in the order of the appends", async () => {
      const store = await open();
      expect(await append(store, [started("a"), thinking("a")])).toBe(1);
      expect(await append(store, [custom("note")])).toBe(3);
      expect(await append(store, [thinking("a")])).toBe(4);
      const { events, offset } = await store.read({ channel, after: 0, limit: 10 });
      expect(events.map((event) => event.offset)).toEqual([1, 2, 3, 4]);
      expect(offset).toBe(4);
    });

    it("gives every channel offsets of its own", async () => {
      const store = await open();
      await append(store, [started("a")]);
      expect(await append(store, [started("a")], { channel: "chat:43" })).toBe(1);
    });

    it("[RW-EVT-16] keeps each text byte for byte", async () => {
      const store = await open();
      const text = '{"type":"custom", "time":1,"name":"n","data":"\\u0000 é 🦊 \\ud800"}';
      const { event } = custom("n");
      await append(store, [{ event, json: text }]);
      expect(await textsOf(store)).toEqual([text]);
    });

    it("[RW-LOG-3] keeps the epoch that the channel had before its first event", async () => {
      const store = await open();
      const { epoch } = await store.head(channel);
      expect(epoch).toMatch(/^[\w-]{1,64}$/);
      expect(await store.append(request([started("a")]))).toEqual({
        status: "appended",
        epoch,
        offset: 1,
      });
      expect(await store.head(channel)).toEqual({ epoch, offset: 1, floor: 1 });
    });

    it("[RW-LOG-4] writes nothing when it is asked for a channel that has no events", async () => {
      const store = await open();
      const { epoch } = await store.head(channel);
      expect(await store.read({ channel, after: 0, limit: 1 })).toEqual({
        epoch,
        offset: 0,
        floor: 1,
        through: 0,
        events: [],
      });
      expect(await store.listRuns({ channel, limit: 1 })).toEqual({ epoch, runs: [], more: false });
      expect(await store.openRoots(channel)).toEqual([]);
      expect(await store.run(channel, "a")).toBeUndefined();
      expect(await store.latestCustom(channel, 9)).toEqual([]);
      expect(await store.listChannels({ limit: 10 })).toEqual([]);
    });

    it("[RW-PUB-1] appends all events or none", async () => {
      const store = await open();
      const result = await store.append(request([started("a"), thinking("a"), executed("a", "t")]));
      expect(result).toMatchObject({ status: "refused", code: "lifecycle_violation", index: 2 });
      expect(await store.head(channel)).toMatchObject({ offset: 0 });
      expect(await store.run(channel, "a")).toBeUndefined();
    });

    it("refuses one of many appends of one turn without failing the others", async () => {
      const store = await open();
      const results = await Promise.all([
        store.append(request([started("a")])),
        store.append(request([thinking("b")])),
        store.append(request([thinking("a")])),
        store.append(request([])).catch((error: unknown) => error),
        store.append(request([thinking("a"), completed("a")])),
      ]);
      expect(results).toMatchObject([
        { status: "appended", offset: 1 },
        { status: "refused", code: "run_not_found", index: 0 },
        { status: "appended", offset: 2 },
        { code: "bad_message" },
        { status: "appended", offset: 3 },
      ]);
    });

    it("rejects an append of several runs, for its facts would not fit", async () => {
      const store = await open();
      await expect(store.append(request([started("a"), started("b")]))).rejects.toMatchObject({
        code: "bad_message",
      });
      expect(await store.head(channel)).toMatchObject({ offset: 0 });
    });

    it("[RW-LOG-1] numbers the appends of many writers without a hole when they come at once", async () => {
      const store = await open();
      const writers = Array.from({ length: 8 }, (_, index) => `w${index}`);
      const offsets = await Promise.all(
        writers.flatMap((writer) =>
          [started(writer), thinking(writer), thinking(writer)].map((event) =>
            append(store, [event], { writer }),
          ),
        ),
      );
      expect(offsets.toSorted((one, other) => one - other)).toEqual(
        offsets.map((_, index) => index + 1),
      );
    });
  });

  describe("a publish key", () => {
    it("[RW-PUB-3] appends nothing when it is known, and answers as before, whatever the events", async () => {
      const store = await open();
      const first = request([started("a")]);
      const { epoch } = await store.head(channel);
      await store.append(first);
      await append(store, [completed("a")]);
      const again = await store.append({ ...first, events: [thinking("nobody")] });
      expect(again).toEqual({ status: "duplicate", epoch, offset: 1, differs: true });
      expect(await store.findPublish(first)).toEqual({ epoch, offset: 1 });
      expect(await store.head(channel)).toMatchObject({ offset: 2 });
    });

    it("says whether what comes again is what was appended, where that can be told", async () => {
      const store = await open();
      const first = request([custom("a"), custom("b")]);
      await store.append(first);
      const { epoch } = await store.head(channel);
      const duplicate = { status: "duplicate", epoch, offset: 1 };
      const again = (...names: string[]) =>
        store.append({ ...first, events: names.map((name) => custom(name)) });
      expect(await again("a", "b")).toEqual(duplicate);
      expect(await again("a")).toEqual(duplicate);
      for (const names of [["a", "c"], ["b", "a"], ["c"], ["a", "b", "c"]])
        expect(await again(...names)).toEqual({ ...duplicate, differs: true });
      await append(store, [custom("c")]);
      expect(await again("a", "b", "d")).toEqual({ ...duplicate, differs: true });
    });

    it("says nothing of the kind about what was trimmed", async () => {
      const store = await open();
      const first = request([started("a")]);
      await store.append(first);
      await append(store, [completed("a")]);
      const floor = await append(store, [started("b")]);
      expect(await store.trim(channel, floor)).toBe(floor);
      const { epoch } = await store.head(channel);
      const other = { ...first, events: [started("c")] };
      expect(await store.append(other)).toEqual({ status: "duplicate", epoch, offset: 1 });
    });

    it("is of one channel, one writer and one id", async () => {
      const store = await open();
      const first = request([custom("n")]);
      await store.append(first);
      for (const other of [{ channel: "other" }, { writer: "other" }, { id: "other" }]) {
        expect(await store.findPublish({ ...first, ...other })).toBeUndefined();
        expect(await store.append({ ...first, ...other })).toMatchObject({ status: "appended" });
      }
    });

    it("is told apart from others by every code unit, lone surrogates and NUL included", async () => {
      const store = await open();
      const ids = ["\ud800", "\ud801", "\ufffd", "a", "a\u0000", "a\u0000b", '"', '\\"', "\\u0000"];
      for (const id of ids)
        expect(await store.append(request([custom("n")], { id }))).toMatchObject({
          status: "appended",
        });
      for (const [index, id] of ids.entries())
        expect(await store.findPublish({ channel, writer: "writer-1", id })).toMatchObject({
          offset: index + 1,
        });
    });

    it("[RW-PUB-5] is not remembered when the append was refused", async () => {
      const store = await open();
      const refused = request([thinking("a")]);
      await store.append(refused);
      expect(await store.findPublish(refused)).toBeUndefined();
      await append(store, [started("a")]);
      expect(await store.append(refused)).toMatchObject({ status: "appended", offset: 2 });
    });

    it("is answered once when the same publish comes twice in one turn", async () => {
      const store = await open();
      const twice = request([started("a")]);
      const results = await Promise.all([store.append(twice), store.append(twice)]);
      expect(results.map(({ status }) => status).toSorted()).toEqual(["appended", "duplicate"]);
    });

    it("[RW-PUB-3] is remembered for 24 hours and forgotten some time later", async () => {
      const store = await open();
      const old = request([custom("n")]);
      await store.append(old);
      clock.now += 24 * 60 * 60_000;
      await append(store, [custom("n")]);
      expect(await store.append(old)).toMatchObject({ status: "duplicate" });
      clock.now += 24 * 60 * 60_000;
      for (let count = 0; count < 500; count++)
        await append(store, [custom("n")], { writer: "another" });
      expect(await store.findPublish(old)).toBeUndefined();
    });
  });

  describe("a tool call", () => {
    it("[RW-EVT-6] may be updated until it is completed, and never begins again", async () => {
      const store = await open();
      await append(store, [started("a"), executing("a", "t"), executing("a", "t")]);
      await append(store, [executing("a", "t")]);
      await append(store, [executed("a", "t")]);
      for (const event of [executing("a", "t"), executed("a", "t")])
        expect(await store.append(request([thinking("a"), event]))).toMatchObject({
          status: "refused",
          code: "lifecycle_violation",
          index: 1,
        });
    });

    it("counts when it came earlier in the same append", async () => {
      const store = await open();
      await append(store, [started("a"), executing("a", "t"), executed("a", "t")]);
      const again = await store.append(
        request([executing("a", "u"), executed("a", "u"), executing("a", "u")]),
      );
      expect(again).toMatchObject({ status: "refused", code: "lifecycle_violation", index: 2 });
    });

    it("is of its run: another may use the same id", async () => {
      const store = await open();
      await append(store, [started("a"), executing("a", "t"), executed("a", "t")]);
      await append(store, [started("b"), executing("b", "t")]);
    });
  });
}
