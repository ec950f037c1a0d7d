import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { EventStore } from "../../src/event-store.js";
import { createSqliteStore } from "../../src/sqlite.js";
import { ann, custom } from "../../src/testing/event-samples.js";
import type { Promises } from "./marks.js";
import { databaseName, doomed, kept } from "./record.js";

/** What a store says that is opened over some files. */
interface Found {
  readonly epochs: Readonly<Record<string, string>>;
  readonly texts: readonly string[];
  /** Where each acknowledged publish is remembered to be. */
  readonly offsets: readonly (number | undefined)[];
  /** Where an append goes now. */
  readonly next: number | undefined;
  readonly integrity: unknown;
}

/** Whoever looks at what is left need not wait for a disk. */
const place = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** The log of the files; for the whole log that was written. */
export async function readLog(files: ReadonlyMap<string, Buffer>): Promise<readonly string[]> {
  return (await find(files, [])).texts;
}

/** What is wrong with the files that a power cut left; nothing when all that was promised is kept. */
export async function judge(
  files: ReadonlyMap<string, Buffer>,
  promises: Promises,
  durability: "full" | "normal",
  whole: readonly string[],
): Promise<readonly string[]> {
  let found: Found;
  try {
    found = await find(files, promises.appended);
  } catch (error) {
    return [`cannot be opened and read: ${String(error)}`];
  }
  return [
    ...judgeLog(found, whole),
    ...judgeEpochs(found, promises, durability),
    ...(durability === "full" || found.epochs[kept] === promises.epochs[kept]
      ? judgeAppended(found, promises)
      : []),
  ];
}

function judgeLog({ texts, next, integrity }: Found, whole: readonly string[]): string[] {
  const wrong = texts.findIndex((text, index) => text !== whole[index]);
  return [
    ...(wrong < 0 ? [] : [`offset ${wrong + 1} has an event that was never there`]),
    ...(next === texts.length + 1 ? [] : [`after ${texts.length} events comes offset ${next}`]),
    ...(integrity === "ok" ? [] : [`integrity: ${integrity}`]),
  ];
}

function judgeAppended({ texts, offsets }: Found, { appended }: Promises): string[] {
  return appended.flatMap(({ id, offset, events }, index) => [
    ...(texts.length >= offset + events - 1 ? [] : [`publish ${id} is lost`]),
    ...(offsets[index] === offset ? [] : [`publish ${id} is forgotten`]),
  ]);
}

function judgeEpochs(
  { epochs }: Found,
  { epochs: told, phase, deleted }: Promises,
  durability: "full" | "normal",
): string[] {
  const isSame = epochs[kept] === told[kept];
  const mustChange = durability === "normal" && phase === "open";
  const mustStay = told[kept] !== undefined && (durability === "full" || phase === "closed");
  return [
    ...(mustChange && isSame ? ["events may be gone, and the epoch is the same"] : []),
    ...(mustStay && !isSame ? ["nothing is gone, and the epoch is another one"] : []),
    ...(deleted.includes(epochs[doomed] ?? "") ? ["a deleted channel is as before"] : []),
  ];
}

async function find(
  files: ReadonlyMap<string, Buffer>,
  appended: Promises["appended"],
): Promise<Found> {
  const folder = mkdtempSync(join(place, "runwire-power-"));
  let store: EventStore | undefined;
  try {
    for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
    const file = join(folder, databaseName);
    store = createSqliteStore({ file });
    const found = await ask(store, appended);
    await store.close();
    return { ...found, integrity: checkIntegrity(file) };
  } finally {
    await store?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ask(
  store: EventStore,
  appended: Promises["appended"],
): Promise<Omit<Found, "integrity">> {
  const { epoch, events } = await store.read({ channel: kept, after: 0, limit: 1_000_000 });
  const offsets = appended.map(async ({ writer, id }) => {
    const known = await store.findPublish({ channel: kept, writer, id });
    return known?.offset;
  });
  const more = { channel: kept, writer: "later", id: "1", actor: ann, events: [custom("later")] };
  const result = await store.append(more);
  return {
    epochs: { [kept]: epoch, [doomed]: (await store.head(doomed)).epoch },
    texts: events.map(({ json }) => json),
    offsets: await Promise.all(offsets),
    next: result.status === "appended" ? result.offset : undefined,
  };
}

function checkIntegrity(file: string): unknown {
  const database = new DatabaseSync(file);
  const { integrity_check } = database.prepare("PRAGMA integrity_check").get() ?? {};
  database.close();
  return integrity_check;
}
