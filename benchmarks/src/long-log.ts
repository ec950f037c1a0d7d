/**
 * What a long history costs the one who opens it and the server that hands it out: over SQLite, over real sockets.
 *
 *     pnpm bench long-log
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chat, eventsOf, long, writeHistory } from "./long-log/history.ts";
import { Reader } from "./long-log/reader.ts";
import type { Answer } from "./long-log/server.ts";

const rounds = 5;
const opensPerRound = 5;
const clients = 300;
const missed = 1_000;

const folder = mkdtempSync(join(tmpdir(), "runwire-bench-"));
const file = join(folder, "runs.db");
const figures = new Map<string, number[]>();
try {
  await writeHistory(file);
  for (let round = 0; round < rounds; round += 1) {
    await withServer(openLong);
    await withServer(measureLive, "collected");
    await withServer(openChat);
    await withServer(returnTogether);
  }
  report();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

type Ask = () => Promise<Answer>;

/** A server of its own for each measurement: cold, and gone afterwards. */
async function withServer(
  measure: (port: number, ask: Ask) => Promise<void>,
  ...mode: readonly "collected"[]
): Promise<void> {
  const program = fileURLToPath(new URL("./long-log/server.ts", import.meta.url));
  const server: ChildProcess = fork(program, [file, ...mode], {
    execArgv: [...process.execArgv, "--expose-gc"],
  });
  const next = async () => (await once(server, "message"))[0];
  try {
    const port: number = await next();
    const ask = async (): Promise<Answer> => {
      const answer = next();
      server.send("how are you?");
      return answer;
    };
    await ask();
    await measure(port, ask);
  } finally {
    server.kill();
  }
}

async function openLong(port: number, ask: Ask): Promise<void> {
  const { channel } = long;
  for (let count = 0; count < opensPerRound; count += 1) {
    const reader = await Reader.connect(port);
    const before = await ask();
    const { ms, bytes, head } = await reader.subscribe({ channel });
    const after = await ask();
    reader.close();
    if (head !== eventsOf(long)) throw new Error(`the head is ${head}`);
    const what = `100,000 events opened, ${count === 0 ? "first" : "again"},`;
    note(`${what} ms`, ms);
    note(`${what} processor time of the server, ms`, after.cpuMs - before.cpuMs);
    note(
      `${what} most memory with what V8 had not collected yet, MiB`,
      (after.peakBytes - before.keptBytes) / 2 ** 20,
    );
    note(`${what} memory kept, MiB`, (after.keptBytes - before.keptBytes) / 2 ** 20);
    note(`${what} sent, kB`, bytes / 1e3);
  }
}

/** What is in use while the pages are made; how much garbage V8 lets stand beside it is its own affair. */
async function measureLive(port: number, ask: Ask): Promise<void> {
  const reader = await Reader.connect(port);
  const before = await ask();
  await reader.subscribe({ channel: long.channel });
  const { peakBytes } = await ask();
  reader.close();
  note(
    "100,000 events opened, first, most memory in use, MiB",
    (peakBytes - before.keptBytes) / 2 ** 20,
  );
}

async function openChat(port: number): Promise<void> {
  const { channel } = chat;
  for (let count = 0; count < opensPerRound; count += 1) {
    const reader = await Reader.connect(port);
    const how = count === 0 ? "first" : "again";
    const { ms, bytes } = await reader.subscribe({ channel, runs: 20 });
    note(`chat of 500 runs, the last 20, ${how}, ms`, ms);
    note("chat of 500 runs, the last 20, kB", bytes / 1e3);
    const start = performance.now();
    const listed = await reader.request({
      type: "list",
      channel,
      before: runOfChat(481),
      limit: 20,
    });
    for (const { runId } of listed.runs ?? [])
      await reader.request({ type: "fetch", channel, runId, after: 0 });
    note(`chat of 500 runs, 20 older ones, ${how}, ms`, performance.now() - start);
    reader.close();
  }
}

function runOfChat(number: number): string {
  return `run_5f3a9c1e7b2d${number}`;
}

async function returnTogether(port: number, ask: Ask): Promise<void> {
  const { channel } = long;
  const head = eventsOf(long);
  const readers: Reader[] = [];
  for (let count = 0; count < clients; count += 1) readers.push(await Reader.connect(port));
  const { epoch } = await (readers[0] as Reader).request({ type: "fetch", channel, after: head });
  const before = await ask();
  const start = performance.now();
  const from = { epoch, offset: head - missed };
  await Promise.all(readers.map((reader) => reader.subscribe({ channel, from })));
  note(`${clients} clients come back to ${missed} missed events, ms`, performance.now() - start);
  const after = await ask();
  note(`${clients} clients come back, pages read`, after.pageReads - before.pageReads);
  note(
    `${clients} clients come back, processor time of the server, ms`,
    after.cpuMs - before.cpuMs,
  );
  for (const reader of readers) reader.close();
}

function note(name: string, value: number): void {
  figures.set(name, [...(figures.get(name) ?? []), value]);
}

function report(): void {
  for (const [name, values] of figures) {
    const sorted = values.toSorted((one, other) => one - other);
    const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
    const spread = `${round(sorted[0])} … ${round(sorted.at(-1))}`;
    console.log(`${name}: ${round(median)} (${spread})`);
  }
}

function round(value = Number.NaN): string {
  return value.toFixed(value < 10 ? 2 : 0);
}
