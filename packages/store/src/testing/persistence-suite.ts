import { describe, expect, it, vi } from "vitest";
import type { EventStore } from "../event-store.js";
import {
  ann,
  append,
  channel,
  custom,
  executed,
  executing,
  request,
  started,
  textsOf,
  thinking,
  writer,
} from "./event-samples.js";
import type { StoreTest } from "./test-storage.js";

export function describePersistence({ open }: StoreTest): void {
  describe("opened again", () => {
    it("has the same epochs, heads, texts and rows", async () => {
      const first = await open();
      const epochs = await epochsOf(first, [channel, "never-written", "deleted"]);
      await append(first, [started("a"), thinking("a")]);
      await append(first, [custom("n")], { channel: "deleted" });
      await first.deleteChannel("deleted");
      const before = await stateOf(first);
      await first.close();
      const second = await open();
      expect(await stateOf(second)).toEqual(before);
      const [written, neverWritten, deleted] = await epochsOf(second, [
        channel,
        "never-written",
        "deleted",
      ]);
      expect([written, neverWritten]).toEqual(epochs.slice(0, 2));
      expect(deleted).not.toBe(epochs[2]);
    });

    it("decides from what was before: keys, tools, writers, commands", async () => {
      const first = await open();
      const known = request([
        started("a"),
        executing("a", "open"),
        executing("a", "done"),
        executed("a", "done"),
      ]);
      await first.append(known);
      const command = { channel, id: "c1", user: { id: "ann" }, runId: "a", name: "cancel" };
      const { commandId } = await first.putCommand(command);
      await first.close();
      const second = await open();
      expect(await second.append(known)).toMatchObject({ status: "duplicate", offset: 1 });
      expect(await second.append(request([executing("a", "done")]))).toMatchObject({
        code: "lifecycle_violation",
      });
      expect(await second.append(request([thinking("a")], { writer: "another" }))).toMatchObject({
        code: "run_taken",
      });
      expect(await second.putCommand(command)).toMatchObject({ commandId });
      expect(
        await second.renew({ channel, writer: "heir", actor: ann, runIds: ["a"], take: true }),
      ).toEqual([]);
      await append(second, [executed("a", "open")], { writer: "heir" });
    });
  });

  describe("opened twice at once", () => {
    it("[RW-LOG-1] serves one sequence: offsets, keys and writers are decided once for all", async () => {
      const [one, other] = [await open(), await open()];
      const twice = request([started("a")]);
      const results = await Promise.all([one.append(twice), other.append(twice)]);
      expect(results.map(({ status }) => status).toSorted()).toEqual(["appended", "duplicate"]);
      const offsets = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          append(index % 2 === 0 ? one : other, [thinking("a", `${index}`)]),
        ),
      );
      expect(offsets.toSorted((left, right) => left - right)).toEqual(
        offsets.map((_, index) => index + 2),
      );
      expect(await textsOf(one)).toEqual(await textsOf(other));
      expect(await other.append(request([thinking("a")], { writer: "another" }))).toMatchObject({
        code: "run_taken",
      });
      expect(await one.run(channel, "a")).toEqual(await other.run(channel, "a"));
      expect((await one.run(channel, "a"))?.writer).toBe(writer);
    });

    it("share what the channels keep, their duties and renewed epochs", async () => {
      const [one, other] = [await open(), await open()];
      await append(one, [started("a"), thinking("a")]);
      expect(await other.keptRuns({ channel, limit: 9 })).toEqual(
        await one.keptRuns({ channel, limit: 9 }),
      );
      const claim = { duty: "retention", forMs: 60_000 };
      expect(await one.claimDuty({ ...claim, holder: "one" })).toBe(true);
      expect(await other.claimDuty({ ...claim, holder: "other" })).toBe(false);
      const before = await epochsOf(one, [channel, "never-written"]);
      await other.renewEpochs();
      const after = await epochsOf(one, [channel, "never-written"]);
      expect(new Set([...before, ...after]).size).toBe(4);
      expect(await epochsOf(other, [channel, "never-written"])).toEqual(after);
    });

    it("hear what the other one tells, under one count, also one that is opened later", async () => {
      const [one, other] = [await open(), await open()];
      await Promise.all([
        one.putNotice("one", { kind: "disconnect", user: "ann" }),
        other.putNotice("other", { kind: "revoke", user: "bob", channel }),
      ]);
      const page = await one.notices({ after: 0, limit: 9 });
      expect(page).toMatchObject({ latest: 2, hasGap: false });
      expect(page.notices.map(({ from }) => from).toSorted()).toEqual(["one", "other"]);
      expect(await other.notices({ after: 0, limit: 9 })).toEqual(page);
      expect(await (await open()).notices({ after: 0, limit: 9 })).toEqual(page);
    });

    it("tells of what the other one appended and deleted, and of renewed epochs", async () => {
      const [one, other] = [await open(), await open()];
      const seen: string[] = [];
      one.watch((name) => seen.push(name));
      const noticed = (name: string) =>
        vi.waitFor(() => expect(seen).toContain(name), { timeout: 5_000 });
      await append(other, [custom("n")], { channel: "grown" });
      await noticed("grown");
      await append(other, [started("a")], { channel: "another" });
      await noticed("another");
      seen.length = 0;
      await other.deleteChannel("grown");
      await noticed("grown");
      seen.length = 0;
      await other.renewEpochs();
      await noticed("another");
    });
  });
}

async function epochsOf(store: EventStore, names: readonly string[]): Promise<readonly string[]> {
  const heads = await Promise.all(names.map((name) => store.head(name)));
  return heads.map(({ epoch }) => epoch);
}

async function stateOf(store: EventStore) {
  return {
    head: await store.head(channel),
    texts: await textsOf(store),
    run: await store.run(channel, "a"),
    channels: await store.listChannels({ limit: 9 }),
    deleted: await store.head("deleted"),
  };
}
