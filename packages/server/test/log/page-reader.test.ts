import { createMemoryStore } from "@runwire/store";
import { expect, test } from "vitest";
import { EventLog } from "../../src/log/event-log.ts";
import { PageReader } from "../../src/log/page-reader.ts";
import { silentLogger } from "../../src/logger.ts";
import { custom } from "../conformance/support/sample-events.ts";

const actor = { type: "server" } as const;

async function createLog(count: number, data = "x") {
  const store = createMemoryStore();
  let id = 0;
  const append = async (more: number, channel = "c") => {
    for (let left = more; left > 0; left -= 200) {
      const events = Array.from({ length: Math.min(200, left) }, () => custom("n", { data }));
      const encoded = events.map((event) => ({ event, json: JSON.stringify(event) }));
      // The samples are events of the protocol.
      const request = { channel, writer: "w", id: `${++id}`, actor, events: encoded };
      await store.append(request as never);
    }
  };
  await append(count);
  const { epoch } = await store.head("c");
  return { store, epoch, append };
}

const options = { pageEvents: 100, pageBytes: 100_000, cacheBytes: 1_000_000 };

async function readAll(pages: PageReader, epoch: string, from: number, upTo: number) {
  const ends: number[] = [];
  for (let after = from; after < upTo; ) {
    const { frame } = await pages.read({ channel: "c", epoch, after, upTo });
    expect(frame.after).toBe(after);
    after = frame.offset;
    ends.push(after);
  }
  return ends;
}

test("300 readers at one position cost one read for each page", async () => {
  const { store, epoch } = await createLog(1_000);
  const pages = new PageReader(new EventLog(store, silentLogger), options, 10_000);
  const readers = Array.from({ length: 300 }, () => readAll(pages, epoch, 0, 1_000));
  const ends = await Promise.all(readers);
  expect(ends.every((one) => one.length === 10 && one.at(-1) === 1_000)).toBe(true);
  expect(pages.reads).toBe(10);
});

test("who comes back in the middle of a page reads its rest, and then the pages of the others", async () => {
  const { store, epoch } = await createLog(1_000);
  const pages = new PageReader(new EventLog(store, silentLogger), options, 10_000);
  await readAll(pages, epoch, 0, 1_000);
  expect(await readAll(pages, epoch, 250, 1_000)).toEqual([
    300, 400, 500, 600, 700, 800, 900, 1_000,
  ]);
  expect(pages.reads).toBe(11);
});

test("a page that the bytes cut short is whole for the next reader too", async () => {
  const { store, epoch } = await createLog(100, "x".repeat(1_000));
  const pages = new PageReader(
    new EventLog(store, silentLogger),
    { ...options, pageBytes: 10_000 },
    10_000,
  );
  const first = await readAll(pages, epoch, 0, 100);
  const { reads } = pages;
  expect(first.length).toBeGreaterThan(5);
  expect(await readAll(pages, epoch, 0, 100)).toEqual(first);
  expect(pages.reads).toBe(reads);
});

test("a page at the log's end is read again once the log has grown", async () => {
  const { store, epoch, append } = await createLog(50);
  const pages = new PageReader(new EventLog(store, silentLogger), options, 10_000);
  expect(await readAll(pages, epoch, 0, 50)).toEqual([50]);
  await append(10);
  expect(await readAll(pages, epoch, 0, 60)).toEqual([60]);
  expect(pages.reads).toBe(2);
});

test("nothing is read beyond what the reader may have", async () => {
  const { store, epoch } = await createLog(50);
  const { frame } = await new PageReader(new EventLog(store, silentLogger), options, 10_000).read({
    ...{ channel: "c", epoch, after: 0, upTo: 30 },
  });
  expect(frame.offset).toBe(30);
});

test("the least recently used pages go when the cache is full", async () => {
  const { store, epoch } = await createLog(1_000, "x".repeat(1_000));
  const pages = new PageReader(
    new EventLog(store, silentLogger),
    { ...options, cacheBytes: 300_000 },
    10_000,
  );
  const read = (after: number) => pages.read({ channel: "c", epoch, after, upTo: 1_000 });
  await read(0);
  await read(100);
  await read(0);
  await read(200); // the third page of about 100 kB each: 100 has to go
  expect(pages.reads).toBe(3);
  await read(0);
  expect(pages.reads).toBe(3);
  await read(100);
  expect(pages.reads).toBe(4);
});

test("a channel is forgotten by itself, also what is being read of it", async () => {
  const { store, epoch, append } = await createLog(10);
  await append(10, "c2");
  const other = await store.head("c2");
  const pages = new PageReader(new EventLog(store, silentLogger), options, 10_000);
  const second = { channel: "c2", epoch: other.epoch, after: 0, upTo: 10 };
  await pages.read(second);
  const underWay = pages.read({ channel: "c", epoch, after: 0, upTo: 10 });
  pages.forget("c");
  await underWay;
  await pages.read({ channel: "c", epoch, after: 0, upTo: 10 });
  expect(pages.reads).toBe(3);
  await pages.read(second);
  expect(pages.reads).toBe(3);
});

test("pages of the log that a channel had before go when its next one is read", async () => {
  const { store, epoch, append } = await createLog(10);
  const pages = new PageReader(new EventLog(store, silentLogger), options, 10_000);
  const read = (of: string) => pages.read({ channel: "c", epoch: of, after: 0, upTo: 10 });
  await read(epoch);
  await store.deleteChannel("c");
  await append(10);
  const { epoch: next } = await store.head("c");
  await read(next);
  await read(next);
  expect(pages.reads).toBe(2);
  await read(epoch);
  expect(pages.reads).toBe(3);
});

test("of a channel that was trimmed the pages above the floor are kept", async () => {
  const { store, epoch } = await createLog(400);
  const pages = new PageReader(new EventLog(store, silentLogger), options, 10_000);
  const read = (after: number) => pages.read({ channel: "c", epoch, after, upTo: 400 });
  for (const after of [0, 100, 200, 300]) await read(after);
  pages.forget("c", 201);
  for (const after of [200, 300]) await read(after);
  expect(pages.reads).toBe(4);
  await read(100);
  expect(pages.reads).toBe(5);
  pages.forget("c");
  await read(200);
  expect(pages.reads).toBe(6);
});

test("neither a failed read nor one of another epoch is kept", async () => {
  const { store, epoch } = await createLog(10);
  const pages = new PageReader(new EventLog(store, silentLogger), options, 10_000);
  const { read } = store;
  store.read = () => Promise.reject(new Error("down"));
  await expect(pages.read({ channel: "c", epoch, after: 0, upTo: 10 })).rejects.toThrow("down");
  store.read = read;
  await pages.read({ channel: "c", epoch, after: 0, upTo: 10 });
  expect(pages.reads).toBe(2);
  await pages.read({ channel: "c", epoch: "old", after: 0, upTo: 10 });
  await pages.read({ channel: "c", epoch: "old", after: 0, upTo: 10 });
  expect(pages.reads).toBe(4);
});
