import fc from "fast-check";
import { expect, it } from "vitest";
import { type Cut, cutPower } from "./cut-power.js";
import type { Operation } from "./operations.js";

const sectorBytes = 4;

function cut(operations: readonly Operation[], more: Partial<Cut>): ReadonlyMap<string, string> {
  const whole = {
    after: operations.length,
    sectorBytes,
    landed: "some",
    seed: 1,
    ...more,
  } as const;
  const files = cutPower(operations, whole);
  return new Map([...files].map(([name, bytes]) => [name, bytes.toString("latin1")]));
}

function write(at: number, text: string, name = "a"): Operation {
  return { type: "write", name, at, bytes: Buffer.from(text) };
}

const create: Operation = { type: "create", name: "a" };
const remove: Operation = { type: "remove", name: "a" };
const sync: Operation = { type: "sync", name: "a" };
const syncFolder: Operation = { type: "sync-folder" };

/** What a disk may hold, over many cuts. */
function allOf(operations: readonly Operation[], more: Partial<Cut> = {}): Set<string | undefined> {
  const seeds = Array.from({ length: 200 }, (_, seed) => seed);
  return new Set(seeds.map((seed) => cut(operations, { ...more, seed }).get("a")));
}

it("keeps what was confirmed, and takes or keeps what was not, in sectors and in any order", () => {
  const operations = [create, write(0, "aaaabbbb"), sync, syncFolder, write(0, "ccccdddd")];
  expect(cut(operations, { landed: "none" }).get("a")).toBe("aaaabbbb");
  expect(cut(operations, { landed: "all" }).get("a")).toBe("ccccdddd");
  expect(allOf(operations)).toEqual(new Set(["aaaabbbb", "ccccbbbb", "aaaadddd", "ccccdddd"]));
  expect(allOf(operations, { sectorBytes: 8 })).toEqual(new Set(["aaaabbbb", "ccccdddd"]));
});

it("gives a sector one of the contents that it had, and never an older one over a later one", () => {
  const operations = [create, write(0, "aaaa"), sync, syncFolder, write(0, "bbbb"), write(2, "cc")];
  expect(allOf(operations)).toEqual(new Set(["aaaa", "bbbb", "bbcc"]));
});

it("may leave a file as long as it was to become, with something else in it", () => {
  const operations = [create, sync, syncFolder, write(0, "aaaa")];
  expect(allOf(operations)).toEqual(new Set(["", "aaaa", "\0\0\0\0", "\xa5\xa5\xa5\xa5"]));
});

it("takes names in their order, until the folder is confirmed", () => {
  const operations = [
    create,
    write(0, "old"),
    sync,
    syncFolder,
    remove,
    create,
    write(0, "new"),
    sync,
  ];
  expect(allOf(operations)).toEqual(new Set(["old", undefined, "new"]));
  expect(allOf([...operations, syncFolder])).toEqual(new Set(["new"]));
});

it("cuts a file short, or has not yet", () => {
  const operations: Operation[] = [create, write(0, "aaaabbbb"), sync, syncFolder];
  const shorter: Operation = { type: "resize", name: "a", size: 4 };
  expect(allOf([...operations, shorter])).toEqual(new Set(["aaaabbbb", "aaaa"]));
  expect(cut([...operations, shorter, write(8, "cccc")], { landed: "all" }).get("a")).toBe(
    "aaaa\0\0\0\0cccc",
  );
});

it("is as the program saw it when all is confirmed, whatever the disk would have done", () => {
  const writes = fc.array(
    fc.record({ at: fc.nat(40), text: fc.string({ maxLength: 12, unit: "grapheme-ascii" }) }),
  );
  fc.assert(
    fc.property(writes, fc.integer(), (list, seed) => {
      const operations = [create, ...list.map(({ at, text }) => write(at, text)), sync, syncFolder];
      expect(cut(operations, { seed })).toEqual(cut(operations, { landed: "all" }));
    }),
  );
});
