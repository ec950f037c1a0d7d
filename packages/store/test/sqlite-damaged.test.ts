import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createSqliteStore } from "../src/sqlite.js";
import { append, channel, custom, request, textsOf } from "../src/testing/event-samples.js";
import { createTemporaryFile } from "./temporary-file.js";

let file: string;
let remove: () => void;
beforeEach(() => {
  ({ file, remove } = createTemporaryFile());
});
afterEach(() => remove());

const pageSize = 4096;
const isUnreadable = (text: string | undefined) => text?.includes("runwire:unreadable") === true;

async function fill(count: number): Promise<void> {
  const store = createSqliteStore({ file, durability: "normal" });
  for (let number = 1; number <= count; number++)
    await append(store, [custom("n", undefined, `event ${number};${"x".repeat(500)}`)]);
  await store.close();
}

async function readAll(): Promise<readonly string[]> {
  const store = createSqliteStore({ file });
  const texts = await textsOf(store);
  expect(await textsOf(store)).toEqual(texts);
  await append(store, [custom("n")], { channel: "another" });
  await store.close();
  return texts;
}

it("says which events are lost, in their places, and serves the others", async () => {
  await fill(6);
  const database = new DatabaseSync(file);
  database.exec(
    `DELETE FROM events WHERE offset = 2; UPDATE events SET json = '{"type":"cus' WHERE offset = 4`,
  );
  database.close();
  const texts = await readAll();
  expect(texts).toHaveLength(6);
  expect(texts.map(isUnreadable)).toEqual([false, true, false, true, false, false]);
  const store = createSqliteStore({ file });
  const page = await store.read({ channel, after: 1, limit: 2 });
  expect(page).toMatchObject({ through: 3, events: [{ offset: 2, isLost: true }, { offset: 3 }] });
  expect(JSON.parse(page.events[0]?.json ?? "")).toEqual({
    type: "custom",
    name: "runwire:unreadable",
    time: 0,
  });
  await store.close();
});

it("says so of a keyed event that is lost, and gives the others", async () => {
  const store = createSqliteStore({ file });
  for (const key of ["x", "y", "z"]) await append(store, [custom("todo", key, key)]);
  await store.close();
  const database = new DatabaseSync(file);
  database.exec(
    "DELETE FROM events WHERE offset = 1; UPDATE events SET json = '?' WHERE offset = 2",
  );
  database.close();
  const again = createSqliteStore({ file });
  const latest = await again.latestCustom(channel, 9);
  expect(latest.map(({ offset, isLost }) => [offset, isLost])).toEqual([
    ...[
      [1, true],
      [2, true],
    ],
    [3, undefined],
  ]);
  await again.close();
});

it("answers a publish as before whose events are lost, also one that comes with another's", async () => {
  const publishes = Array.from({ length: 40 }, (_, index) =>
    request([custom("n", undefined, `event ${index + 1};${"x".repeat(500)}`)]),
  );
  const store = createSqliteStore({ file, durability: "normal" });
  for (const publish of publishes) await store.append(publish);
  await store.close();
  const bytes = readFileSync(file);
  const damaged = findLeafPage(bytes);
  writeFileSync(file, bytes.fill(0xff, damaged, damaged + 16));
  const again = createSqliteStore({ file });
  const answers = await Promise.all([
    ...publishes.map((publish) => again.append(publish)),
    again.append(request([custom("n")], { channel: "another" })),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([
    ...publishes.map(() => "duplicate"),
    "appended",
  ]);
  expect(answers.some((answer) => "differs" in answer)).toBe(false);
  await again.close();
});

/** A page in the middle of the log that holds events and no way to others. */
function findLeafPage(bytes: Buffer): number {
  const leafOfTable = 0x0d;
  for (let number = 15; number < 25; number++) {
    const page = Math.floor(bytes.indexOf(`event ${number};`) / pageSize) * pageSize;
    if (bytes[page] === leafOfTable) return page;
  }
  throw new Error("ten events of 500 bytes are on more than one page");
}

it("serves what lies on other pages than the damaged one", async () => {
  await fill(40);
  const bytes = readFileSync(file);
  const damaged = findLeafPage(bytes);
  writeFileSync(file, bytes.fill(0xff, damaged, damaged + 16));
  const texts = await readAll();
  expect(texts).toHaveLength(40);
  expect(texts.filter(isUnreadable).length).toBeGreaterThan(2);
  expect(texts.filter(isUnreadable).length).toBeLessThan(10);
  const isInPlace = (text: string, index: number) =>
    isUnreadable(text) || text.includes(`event ${index + 1};`);
  expect(texts.every(isInPlace)).toBe(true);
});
