import { describe, expect, it } from "vitest";
import {
  ann,
  append,
  channel,
  completed,
  custom,
  encoded,
  executing,
  request,
  started,
  thinking,
  writer,
} from "./event-samples.js";
import type { StoreTest } from "./test-storage.js";

export function describeRuns({ open, clock }: StoreTest): void {
  describe("the rules of a run", () => {
    it("[RW-EVT-7] refuses what follows the end, before it asks who writes", async () => {
      const store = await open();
      await append(store, [started("a"), completed("a")]);
      for (const by of [writer, "another"])
        expect(await store.append(request([thinking("a")], { writer: by }))).toMatchObject({
          code: "run_completed",
          index: 0,
        });
      expect(await store.append(request([started("a")]))).toMatchObject({
        code: "run_completed",
        index: 0,
      });
    });

    it("refuses what follows an end of the same append", async () => {
      const store = await open();
      const result = await store.append(request([started("a"), completed("a"), thinking("a")]));
      expect(result).toMatchObject({ code: "run_completed", index: 2 });
    });

    it("[RW-EVT-8] refuses another writer, before it looks at the rules", async () => {
      const store = await open();
      await append(store, [started("a")]);
      for (const event of [thinking("a"), started("a"), executing("a", "t")])
        expect(await store.append(request([event], { writer: "another" }))).toMatchObject({
          code: "run_taken",
          index: 0,
        });
    });

    it("[RW-EVT-5] refuses a run that never started, and one that starts twice", async () => {
      const store = await open();
      expect(await store.append(request([thinking("a")]))).toMatchObject({
        code: "run_not_found",
        index: 0,
      });
      await append(store, [started("a")]);
      expect(await store.append(request([thinking("a"), started("a")]))).toMatchObject({
        code: "lifecycle_violation",
        index: 1,
      });
    });

    it("[RW-EVT-5] takes a parent only where it has started in this channel and has not ended itself", async () => {
      const store = await open();
      const child = (runId: string, parentRunId: string) => [started(runId, { parentRunId })];
      await append(store, [started("elsewhere")], { channel: "chat:43" });
      for (const parent of ["nobody", "elsewhere", "self"])
        expect(await store.append(request(child("self", parent)))).toMatchObject({
          code: "lifecycle_violation",
          index: 0,
        });
      await append(store, [started("root")]);
      await append(store, child("child", "root"), { writer: "another" });
      await append(store, [completed("root")]);
      expect(await store.append(request(child("late", "root")))).toMatchObject({
        code: "lifecycle_violation",
        index: 0,
      });
      await append(store, child("grandchild", "child"));
    });

    it("lets the channel's own events come from anybody", async () => {
      const store = await open();
      await append(store, [custom("n")]);
      await append(store, [custom("n")], { writer: "another", actor: { type: "server" } });
    });
  });

  describe("the row of a run", () => {
    it("says who runs, for whom, from where to where", async () => {
      const store = await open();
      const agent = { name: "researcher", id: "r1", model: "big" };
      await append(store, [
        started("root", { agent, title: "A question", leaseMs: 5_000, time: 7 }),
      ]);
      await append(store, [thinking("root"), executing("root", "t")]);
      const row = {
        channel,
        runId: "root",
        rootRunId: "root",
        agent,
        title: "A question",
        status: "running",
        startedAt: 7,
        first: 1,
        last: 3,
        writer,
        owner: ann,
        leaseMs: 5_000,
        leaseUntil: clock.now + 5_000,
      };
      expect(await store.run(channel, "root")).toEqual(row);
      const end = encoded({ type: "agent_completed", runId: "root", time: 99, outcome: "error" });
      await append(store, [end]);
      expect(await store.run(channel, "root")).toEqual({
        ...row,
        status: "error",
        completedAt: 99,
        last: 4,
      });
    });

    it("names the root above all its parents", async () => {
      const store = await open();
      await append(store, [started("root")]);
      await append(store, [started("child", { parentRunId: "root" })]);
      await append(store, [started("grandchild", { parentRunId: "child" })]);
      expect(await store.run(channel, "grandchild")).toMatchObject({
        parentRunId: "child",
        rootRunId: "root",
        leaseMs: 60_000,
      });
    });

    it("keeps the owner as it was, with an id, without one, or the server", async () => {
      const store = await open();
      const owners = [
        { type: "user" },
        { type: "server" },
        { type: "user", id: "\ud800" },
      ] as const;
      for (const [index, actor] of owners.entries()) {
        await append(store, [started(`run-${index}`)], { actor });
        expect((await store.run(channel, `run-${index}`))?.owner).toEqual(actor);
      }
    });
  });

  describe("listing runs", () => {
    it("[RW-SUB-26] gives root runs newest first, each followed by its descendants in the order of their starts", async () => {
      const store = await open();
      await append(store, [started("one")]);
      await append(store, [started("one.a", { parentRunId: "one" })]);
      await append(store, [started("two")]);
      await append(store, [started("one.a.x", { parentRunId: "one.a" })]);
      await append(store, [started("one.b", { parentRunId: "one" })]);
      const { epoch } = await store.head(channel);
      const list = await store.listRuns({ channel, limit: 10 });
      expect(list).toMatchObject({ epoch, more: false });
      expect(list.runs?.map(({ runId }) => runId)).toEqual([
        "two",
        "one",
        "one.a",
        "one.a.x",
        "one.b",
      ]);
    });

    it("[RW-SUB-26] goes on before a run, and takes a descendant for its root", async () => {
      const store = await open();
      for (const runId of ["one", "two", "three"]) await append(store, [started(runId)]);
      await append(store, [started("two.a", { parentRunId: "two" })]);
      const names = async (limit: number, before?: string) => {
        const { runs, more } = await store.listRuns({
          channel,
          limit,
          ...(before === undefined ? {} : { before }),
        });
        return { runs: runs?.map(({ runId }) => runId), more };
      };
      expect(await names(1)).toEqual({ runs: ["three"], more: true });
      expect(await names(1, "three")).toEqual({ runs: ["two", "two.a"], more: true });
      expect(await names(1, "two.a")).toEqual({ runs: ["one"], more: false });
      expect(await names(1, "one")).toEqual({ runs: [], more: false });
      expect(await names(1, "nobody")).toEqual({ runs: undefined, more: false });
    });

    it("[RW-SUB-26] gives the latest descendants and says that there are more", async () => {
      const store = await open();
      await append(store, [started("root")]);
      for (const name of ["a", "b", "c"])
        await append(store, [started(name, { parentRunId: "root" })]);
      const { runs } = await store.listRuns({ channel, limit: 1, maxDescendants: 2 });
      expect(runs?.map(({ runId }) => runId)).toEqual(["root", "b", "c"]);
      expect(runs?.map(({ moreDescendants }) => moreDescendants)).toEqual([
        true,
        undefined,
        undefined,
      ]);
      const whole = await store.listRuns({ channel, limit: 1, maxDescendants: 3 });
      expect(whole.runs?.[0]?.moreDescendants).toBeUndefined();
    });

    it("counts a root as open while it or a descendant goes on, oldest first", async () => {
      const store = await open();
      const open_ = async () => (await store.openRoots(channel)).map(({ runId }) => runId);
      await append(store, [started("one")]);
      await append(store, [started("two")]);
      await append(store, [started("two.a", { parentRunId: "two" })]);
      await append(store, [completed("two")]);
      expect(await open_()).toEqual(["one", "two"]);
      await append(store, [completed("one")]);
      expect(await open_()).toEqual(["two"]);
      await append(store, [completed("two.a")]);
      expect(await open_()).toEqual([]);
    });
  });
}
