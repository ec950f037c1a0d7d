/**
 * What the SQLite store costs beside bare `node:sqlite` at the same durability: its run, publish and channel rows,
 * and the decisions that it makes from them.
 *
 *     pnpm turbo run build --filter=@runwire/store
 *     pnpm exec node benchmarks/src/store.ts
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { EncodedEvent, EventStore } from "@runwire/store";
import { createSqliteStore } from "@runwire/store/sqlite";

type Durability = "full" | "normal";

/** Appends one batch; resolves once it is durable. */
type Append = (events: readonly EncodedEvent[]) => Promise<unknown>;

interface Goal {
  readonly batch: number;
  readonly least: number;
}

const channel = "chat:42";
const rounds = 51;
const roundMs = 40;
const goals: readonly Goal[] = [
  { batch: 50, least: 0.7 },
  { batch: 1, least: 0.5 },
];

const folder = mkdtempSync(join(tmpdir(), "runwire-bench-"));
try {
  for (const durability of ["full", "normal"] as const)
    for (const goal of goals) await compareAppends(durability, goal);
  await measureReads();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Both write in turns of 40 ms, in files of their own; the ratio is taken within each round. */
async function compareAppends(durability: Durability, { batch, least }: Goal): Promise<void> {
  const name = `${durability}-${batch}`;
  const bare = createBareAppend(join(folder, `bare-${name}.db`), durability);
  const store = createSqliteStore({ file: join(folder, `store-${name}.db`), durability });
  const ours = await createStoreAppend(store);
  const events = sampleEvents(batch);
  const ratios: number[] = [];
  const rates: { readonly bare: number; readonly ours: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const rate = { bare: await measureRate(bare, events), ours: await measureRate(ours, events) };
    rates.push(rate);
    ratios.push(rate.ours / rate.bare);
  }
  await store.close();
  const ratio = median(ratios);
  const word = ratio >= least ? "reached" : "MISSED";
  console.log(
    `${durability}, appends of ${batch}: bare ${count(median(rates.map((one) => one.bare)))} events/s, ` +
      `store ${count(median(rates.map((one) => one.ours)))} events/s; ` +
      `goal ${word}: ${ratio.toFixed(2)} (${Math.min(...ratios).toFixed(2)} … ${Math.max(...ratios).toFixed(2)}), at least ${least}`,
  );
}

async function measureReads(): Promise<void> {
  for (const [name, text] of [
    ["ASCII", "x"],
    ["a fifth of the text beyond ASCII", "…"],
  ] as const)
    await measureReadsOf(name, text);
}

/** What is beyond ASCII has to be decoded, which takes longer than all the rest. */
async function measureReadsOf(kind: string, text: string): Promise<void> {
  const file = join(folder, `reads-${text.charCodeAt(0)}.db`);
  const store = createSqliteStore({ file, durability: "normal" });
  const append = await createStoreAppend(store);
  const events = sampleEvents(200, text);
  for (let batch = 0; batch < 100; batch++) await append(events);
  const bare = new DatabaseSync(file, { readOnly: true });
  // The file's only channel has the number 1; see event-place.ts of the store.
  const select = bare.prepare(
    "SELECT offset, json FROM events WHERE place > (1 << 36 | ?) LIMIT 1000",
  );
  const page = { channel, limit: 1000 };
  await reportReads(`${kind}, bare`, (after) => select.all(after));
  await reportReads(`${kind}, store`, (after) => store.read({ ...page, after }));
  await reportReads(`${kind}, store, bounded by bytes`, (after) =>
    store.read({ ...page, after, maxBytes: 1e7 }),
  );
  bare.close();
  await store.close();
}

function sampleEvents(length: number, text = "…"): readonly EncodedEvent[] {
  return Array.from({ length }, (_, index) => {
    const event = {
      type: "agent_thinking",
      runId: "run-0123456789abcdef",
      time: 1_750_000_000_000 + index,
      messageId: "message-1",
      kind: "reasoning",
      delta: text.repeat(20) + "x".repeat(60),
    } as const;
    return { event, json: JSON.stringify(event) };
  });
}

async function reportReads(name: string, read: (after: number) => unknown): Promise<void> {
  const times: number[] = [];
  for (let count = 0; count < 500; count++) {
    const start = performance.now();
    await read((count * 37) % 19_000);
    times.push(performance.now() - start);
  }
  times.sort((one, other) => one - other);
  const p50 = times[250] ?? Number.NaN;
  // What an application would write by hand has no goal.
  const goal = p50 <= 0.5 ? "goal reached" : "goal MISSED";
  const word = name.endsWith("bare") ? "" : ` (${goal}, at most 0.5)`;
  console.log(
    `1,000 events since N, ${name}: p50 ${p50.toFixed(2)} ms${word}; p99 ${(times[495] ?? Number.NaN).toFixed(2)} ms`,
  );
}

/** What an application would write by hand: one table, one transaction for each batch. */
function createBareAppend(file: string, durability: Durability): Append {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durability}`);
  database.exec(
    "CREATE TABLE events (channel TEXT, offset INTEGER, json TEXT, PRIMARY KEY (channel, offset)) WITHOUT ROWID",
  );
  const insert = database.prepare("INSERT INTO events VALUES (?, ?, ?)");
  let offset = 0;
  return async (events) => {
    database.exec("BEGIN IMMEDIATE");
    for (const { json } of events) insert.run(channel, ++offset, json);
    database.exec("COMMIT");
  };
}

async function createStoreAppend(store: EventStore): Promise<Append> {
  let id = 0;
  const append = (events: readonly EncodedEvent[]) =>
    store.append({
      channel,
      writer: "writer-0123456789abcdef",
      id: `${++id}`,
      actor: { type: "server" },
      events,
    });
  const event = {
    type: "agent_started",
    runId: "run-0123456789abcdef",
    time: 1,
    agent: { name: "a" },
  } as const;
  await append([{ event, json: JSON.stringify(event) }]);
  return append;
}

async function measureRate(append: Append, events: readonly EncodedEvent[]): Promise<number> {
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < roundMs) {
    await append(events);
    done += events.length;
  }
  return (done / (performance.now() - start)) * 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
