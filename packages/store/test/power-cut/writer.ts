// A program that writes through a store in three lives, and says in the trace what was acknowledged.
import fs, { openSync, writeSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { DatabaseSync } from "node:sqlite";
import type { EventStore } from "../../src/event-store.js";
import { createSqliteStore } from "../../src/sqlite.js";
import {
  ann,
  completed,
  custom,
  executed,
  executing,
  started,
} from "../../src/testing/event-samples.js";
import type { Mark } from "./marks.js";
import { createRandom } from "./random.js";
import { markFile } from "./read-trace.js";
import { doomed, kept, type WriterArguments } from "./record.js";

// What the one who started this has written.
const settings = JSON.parse(process.argv[2] ?? "") as WriterArguments;
/** Another writer draws other names. */
const random = createRandom(settings.seed + (settings.goesOnAfter ?? -1));
const descriptor = openSync(markFile, "w");

function mark(what: Mark): void {
  writeSync(descriptor, JSON.stringify(what));
}

/** The operating system of whoever opens the file later has been started since. */
function pretendEarlierStart(): void {
  const { readFileSync } = fs;
  const isStart = (path: unknown) => path === "/proc/sys/kernel/random/boot_id";
  const read = (...args: Parameters<typeof readFileSync>) =>
    isStart(args[0]) ? "an earlier start" : readFileSync(...args);
  Object.assign(fs, { readFileSync: read });
  syncBuiltinESMExports();
}

/** Copies into the file far more often than the store asks for, and waits for the disk as it is told to. */
function editPragmas(): void {
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function (sql) {
    const edited = sql
      .replace(/wal_autocheckpoint = \d+/, `wal_autocheckpoint = ${settings.checkpointPages}`)
      .replace(/synchronous = \w+/, (asked) =>
        settings.synchronous === undefined ? asked : `synchronous = ${settings.synchronous}`,
      );
    return exec.call(this, edited);
  };
}

let publishes = settings.goesOnAfter ?? 0;

/** Some events of one publish: the channel's own, now and then a whole run. */
async function append(store: EventStore, channel: string): Promise<void> {
  publishes += 1;
  const id = `${publishes}`;
  const fill = "x".repeat(Math.floor(random() ** 4 * 6_000));
  const own = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, part) =>
    custom("n", random() < 0.2 ? "key" : undefined, { id, part, fill }),
  );
  const run = `run-${id}`;
  const events =
    random() < 0.3 ? [started(run), executing(run, "t"), executed(run, "t"), completed(run)] : own;
  const writer = `w${publishes % 3}`;
  const result = await store.append({ channel, writer, id, actor: ann, events });
  if (result.status === "refused") throw new Error(`the append was refused: ${result.code}`);
  // What was there already may have other events than these, and one at least.
  const count = result.status === "appended" ? events.length : 1;
  if (channel === kept)
    mark({ type: "appended", writer, id, offset: result.offset, events: count });
}

async function appendMany(store: EventStore, channel: string, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1)
    await Promise.all(Array.from({ length: 1 + (turn % 3) }, () => append(store, channel)));
}

async function open(): Promise<EventStore> {
  mark({ type: "opening" });
  const { file, durability } = settings;
  const randomBytes = (count: number) => Uint8Array.from({ length: count }, () => random() * 256);
  const store = createSqliteStore({ file, durability, random: randomBytes });
  const [{ epoch }, { epoch: other }] = [await store.head(kept), await store.head(doomed)];
  mark({ type: "opened", epochs: { [kept]: epoch, [doomed]: other } });
  return store;
}

async function live(): Promise<EventStore> {
  const store = await open();
  await appendMany(store, kept, settings.turns);
  return store;
}

async function leave(store: EventStore): Promise<void> {
  mark({ type: "closing" });
  await store.close();
  mark({ type: "closed" });
}

async function liveTwice(): Promise<void> {
  const first = await live();
  await appendMany(first, doomed, settings.turns);
  await leave(first);
  const second = await live();
  const { epoch } = await second.head(doomed);
  await second.deleteChannel(doomed);
  mark({ type: "deleted", epoch });
  await appendMany(second, kept, settings.turns);
  await leave(second);
}

pretendEarlierStart();
editPragmas();
if (settings.goesOnAfter === undefined) await liveTwice();
await live();
// Nothing is tidied up at the end.
process.kill(process.pid, "SIGKILL");
