import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EventStore } from "../src/index.js";
import { createSqliteStore } from "../src/sqlite.js";
import {
  append,
  channel,
  custom,
  request,
  started,
  textsOf,
} from "../src/testing/event-samples.js";
import { type OtherProcess, startProcess } from "./other-process.js";
import { createTemporaryFile } from "./temporary-file.js";

let file: string;
let remove: () => void;
let store: EventStore;
beforeEach(() => {
  ({ file, remove } = createTemporaryFile());
  store = createSqliteStore({ file, durability: "normal", lockTimeoutMs: 300 });
});
afterEach(async () => {
  await store.close();
  remove();
});

/** Holds the lock for writing until the returned function is called. */
function lock(): () => void {
  const other = new DatabaseSync(file);
  other.exec("BEGIN IMMEDIATE");
  return () => other.close();
}

describe("a file that another connection has locked", () => {
  it("is waited for, and the append is done once", async () => {
    const unlock = lock();
    const appended = append(store, [started("a")]);
    setImmediate(() => setImmediate(unlock));
    expect(await appended).toBe(1);
    expect(await textsOf(store)).toHaveLength(1);
  });

  it("is read meanwhile", async () => {
    await append(store, [started("a")]);
    const unlock = lock();
    expect(await textsOf(store)).toHaveLength(1);
    unlock();
  });

  it("is given up after a while: the effect is none, and the same publish appends later", async () => {
    const unlock = lock();
    const publish = request([started("a")]);
    const first = store.append(publish);
    const second = store.putCommand({ channel, id: "c", runId: "a", name: "cancel" });
    await expect(first).rejects.toMatchObject({
      code: "store_unavailable",
      message: expect.stringContaining(`the store ${file} is locked by another process`),
    });
    await expect(second).rejects.toMatchObject({ code: "store_unavailable" });
    unlock();
    expect(await store.append(publish)).toMatchObject({ status: "appended", offset: 1 });
  });

  it("does not stop the loop while it is waited for", async () => {
    const unlock = lock();
    const appended = append(store, [started("a")]).catch(() => undefined);
    let turns = 0;
    let isDone = false;
    void appended.then(() => {
      isDone = true;
    });
    while (!isDone) {
      await delay(1);
      turns += 1;
    }
    unlock();
    expect(turns).toBeGreaterThan(10);
  });

  it("is waited for by closing, too", async () => {
    const unlock = lock();
    const appended = append(store, [started("a")]);
    const closed = store.close();
    setImmediate(() => setImmediate(unlock));
    await closed;
    expect(await appended).toBe(1);
  });
});

describe("another process", () => {
  let other: OtherProcess | undefined;
  afterEach(() => other?.kill());

  it("reads the file while it is written, without stopping the writer", async () => {
    await append(store, [started("a")]);
    const script = `
      const database = new DatabaseSync(args[0], { readOnly: true });
      database.exec("BEGIN");
      const count = () => database.prepare("SELECT count(*) AS n FROM events").get().n;
      console.log(count());
      process.stdin.once("data", () => {
        const before = count();
        database.exec("COMMIT");
        console.log(before + " then " + count());
      });
    `;
    other = startProcess(script, [file]);
    expect(await other.nextLine()).toBe("1");
    await append(store, [custom("n")]);
    await append(store, [custom("n")]);
    other.tell("go");
    expect(await other.nextLine()).toBe("1 then 3");
  });

  it("appends to the file at the same time, and one sequence comes of it", async () => {
    const script = `
      const store = createSqliteStore({ file: args[0], durability: "normal" });
      console.log("ready");
      for (let count = 0; count < 30; count++) {
        const event = { type: "custom", time: 1, name: "from-other" };
        const events = [{ event, json: JSON.stringify({ ...event, data: count }) }];
        const { offset } = await store.append({ channel: args[1], writer: "other", id: String(count), actor: { type: "server" }, events });
        console.log(offset);
      }
      await store.close();
    `;
    other = startProcess(script, [file, channel]);
    expect(await other.nextLine()).toBe("ready");
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let count = 0; count < 30; count++) {
      ours.push(await append(store, [custom("n")]));
      theirs.push(Number(await other.nextLine()));
    }
    const all = [...ours, ...theirs].toSorted((one, next) => one - next);
    expect(all).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    const { events } = await store.read({ channel, after: 0, limit: 100 });
    const isTheirs = (offset: number) => events[offset - 1]?.json.includes("from-other");
    expect(theirs.every(isTheirs)).toBe(true);
    expect(ours.some(isTheirs)).toBe(false);
  });

  it("is noticed by who watches here", async () => {
    const script = `
      const store = createSqliteStore({ file: args[0], durability: "normal" });
      const event = { type: "custom", time: 1, name: "n" };
      await store.append({ channel: "theirs", writer: "w", id: "1", actor: { type: "server" }, events: [{ event, json: JSON.stringify(event) }] });
      await store.close();
    `;
    const noticed = new Promise<string>((resolve) => store.watch(resolve));
    other = startProcess(script, [file]);
    expect(await noticed).toBe("theirs");
  });
});
