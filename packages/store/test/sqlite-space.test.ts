import { statSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { EventStore } from "../src/index.js";
import { createSqliteStore } from "../src/sqlite.js";
import {
  append,
  channel,
  completed,
  custom,
  started,
  textsOf,
  thinking,
} from "../src/testing/event-samples.js";
import { createTemporaryFile } from "./temporary-file.js";

let file: string;
let remove: () => void;
beforeEach(() => {
  ({ file, remove } = createTemporaryFile());
});
afterEach(() => remove());

const megabyte = 1_000_000;
const open = () => createSqliteStore({ file, durability: "normal" });

/** The size of the file when everything is in it. */
async function sizeWhenClosed(store: EventStore): Promise<number> {
  await store.close();
  return statSync(file).size;
}

/** A run of a megabyte for each number. */
async function writeRuns(store: EventStore, from: number, to: number): Promise<void> {
  for (let number = from; number <= to; number++) {
    const deltas = Array.from({ length: 8 }, () => thinking(`r${number}`, "x".repeat(125_000)));
    await append(store, [started(`r${number}`), ...deltas, completed(`r${number}`)]);
  }
}

it("is given back to the disk when most of a file was trimmed, and what is left is whole", async () => {
  const store = open();
  await writeRuns(store, 1, 12);
  const before = await sizeWhenClosed(store);
  expect(before).toBeGreaterThan(12 * megabyte);
  const again = open();
  await again.trim(channel, 111);
  expect(await textsOf(again)).toHaveLength(10);
  expect(await sizeWhenClosed(again)).toBeLessThan(3 * megabyte);
  const third = open();
  expect(await textsOf(third)).toHaveLength(10);
  await append(third, [started("next")]);
  await third.close();
});

it("is used again by what comes next where only a part was trimmed", async () => {
  const store = open();
  await writeRuns(store, 1, 12);
  await store.trim(channel, 21);
  const before = await sizeWhenClosed(store);
  const again = open();
  await writeRuns(again, 13, 14);
  expect(await sizeWhenClosed(again)).toBeLessThan(before + 0.5 * megabyte);
});

it("is given back when a channel is deleted", async () => {
  const store = open();
  await append(store, [custom("n")], { channel: "other" });
  await writeRuns(store, 1, 8);
  await store.deleteChannel(channel);
  expect(await textsOf(store, "other")).toHaveLength(1);
  expect(await sizeWhenClosed(store)).toBeLessThan(2 * megabyte);
});
