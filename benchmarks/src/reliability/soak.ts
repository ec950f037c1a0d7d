import { setTimeout as sleep } from "node:timers/promises";
import { type Child, startChild } from "../../../chaos/src/crowd/child.ts";
import type { CrowdDesk } from "./crowd-process.ts";
import { printNotes, printVerdicts, type Sample, slopePerHour, type Verdict } from "./figures.ts";
import { readProcess } from "./process-figures.ts";
import type { ServerArguments, ServerDesk } from "./server-process.ts";
import type { Settings } from "./settings.ts";
import type { WorkerDesk } from "./worker-process.ts";
import { createFolder, findPort } from "./workplace.ts";

/**
 * An hour of 1,000 of our own clients over SQLite: runs from the server's process and from a worker, every second a
 * list and a command, and 10 times a second a client that leaves or a socket that breaks. Does anything grow?
 */
const channels = Array.from({ length: 200 }, (_, index) => `soak:${index}`);
const churnPerSecond = 10;
const runsPerSecond = 1;
/** Garbage is collected before each sample: what is resident between two collections says more of them than of us. */
const sampleMs = 60_000;
const toSettleMs = 2_000;
/** The first part of the time, in which caches fill and the compiler works, is not in the slope. */
const warmUpShare = 1 / 6;

/** What must be the same before and after. */
interface Rest {
  readonly connections: number;
  readonly subscriptions: number;
  readonly channels: number;
  readonly bufferedBytes: number;
  readonly timers: number;
  readonly descriptors: number;
  readonly objects: Readonly<Record<string, number>>;
}

export async function soak({ clients = 1_000, minutes }: Settings): Promise<void> {
  using folder = createFolder();
  const port = await findPort();
  const given: ServerArguments = { file: `${folder.path}/soak.db`, port, authMs: 5 };
  await using server = await startChild<ServerDesk>(
    new URL("server-process.ts", import.meta.url),
    given,
    ["--expose-gc"],
  );
  // One of everything first: what is made once is no leak.
  await visit(port, Math.min(20, clients), 5_000, server);
  const before = await rest(server);
  await using crowd = await startChild<CrowdDesk>(new URL("crowd-process.ts", import.meta.url), {
    port,
    clients,
    channels,
  });
  await using worker = await startChild<WorkerDesk>(new URL("worker-process.ts", import.meta.url), {
    port,
  });
  await crowd.ask("join");
  const load = { channels, runsPerSecond };
  await server.ask("startRuns", load);
  await worker.ask("startRuns", load);
  await crowd.ask("start", churnPerSecond);
  const samples = await sampleFor(minutes, server, crowd);
  await crowd.ask("stop");
  const runs = (await server.ask("stopRuns")) + (await worker.ask("stopRuns"));
  await sleep(5_000);
  const sample = Math.min(100, clients);
  const exact = await crowd.ask("check", sample);
  const report = await crowd.ask("report");
  const appended = (await server.ask("moment")).stats.appendedEvents;
  await crowd.ask("leave");
  await allGone(server);
  const after = await rest(server);
  printVerdicts(toVerdicts(samples, before, after));
  const { reports, ...counts } = report;
  printNotes({ minutes, runs, "events appended": appended, ...counts });
  printNotes({
    "clients that show what the log holds": `${exact} of ${sample}`,
    "what clients told of": JSON.stringify(reports),
  });
  printNotes({ before: JSON.stringify(before), after: JSON.stringify(after) });
}

async function visit(port: number, clients: number, ms: number, server: Child<ServerDesk>) {
  await using crowd = await startChild<CrowdDesk>(new URL("crowd-process.ts", import.meta.url), {
    port,
    clients,
    channels,
  });
  await using worker = await startChild<WorkerDesk>(new URL("worker-process.ts", import.meta.url), {
    port,
  });
  await crowd.ask("join");
  await crowd.ask("start", churnPerSecond);
  const load = { channels: channels.slice(0, 5), runsPerSecond };
  await server.ask("startRuns", load);
  await worker.ask("startRuns", load);
  await sleep(ms);
  await crowd.ask("stop");
  await server.ask("stopRuns");
  await worker.ask("stopRuns");
  await crowd.ask("leave");
  await allGone(server);
}

async function allGone(server: Child<ServerDesk>): Promise<void> {
  for (let waited = 0; waited < 30; waited += 1) {
    if ((await server.ask("moment")).stats.connections === 0) break;
    await sleep(1_000);
  }
  // Commands wait up to 30 s for their handlers, and runs up to 5 s for a connection.
  await sleep(40_000);
}

async function rest(server: Child<ServerDesk>): Promise<Rest> {
  const objects = await server.ask("countObjects");
  const { stats, timers } = await server.ask("moment");
  const { connections, subscriptions, channels, bufferedBytes } = stats;
  const { descriptors } = readProcess(server.pid);
  return { connections, subscriptions, channels, bufferedBytes, timers, descriptors, objects };
}

async function sampleFor(
  minutes: number,
  server: Child<ServerDesk>,
  crowd: Child<CrowdDesk>,
): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const start = performance.now();
  const end = start + minutes * 60_000;
  for (let due = start; due < end; due += sampleMs) {
    await sleep(Math.max(0, due - performance.now()));
    const before = readProcess(server.pid);
    await server.ask("collect");
    await sleep(toSettleMs);
    const { rssMiB, descriptors, cpuSeconds } = readProcess(server.pid);
    const atHours = (performance.now() - start) / 3_600_000;
    samples.push({ atHours, value: rssMiB });
    const { heapMiB, timers, stats } = await server.ask("moment");
    const { connected, reports } = await crowd.ask("report");
    // A line a minute: somebody may wonder within the hour.
    console.error(
      `${(atHours * 60).toFixed(1)} min: RSS ${before.rssMiB.toFixed(0)} → ${rssMiB.toFixed(1)} MiB, ` +
        `heap ${heapMiB.toFixed(1)} MiB, ${descriptors} descriptors, ${timers} timers, ` +
        `${stats.connections} connections (${connected}), ${stats.subscriptions} subscriptions, ` +
        `${stats.channels} channels, CPU ${cpuSeconds} s, ${JSON.stringify(reports)}`,
    );
  }
  return samples;
}

function toVerdicts(rss: readonly Sample[], before: Rest, after: Rest): readonly Verdict[] {
  const slope = slopePerHour(rss.slice(Math.ceil(rss.length * warmUpShare)));
  const { objects: objectsBefore, ...countsBefore } = before;
  const { objects: objectsAfter, ...countsAfter } = after;
  const differences = [
    ...differ(countsBefore, countsAfter),
    ...differ(objectsBefore, objectsAfter),
  ];
  return [
    {
      what: "memory of the server's process",
      goal: "slope < 5 MB/h",
      measured: `${slope.toFixed(1)} MiB/h after collections; each sixth of the time at least ${leastOf(rss)} MiB`,
      isMet: slope * 1.048_576 < 5,
    },
    {
      what: "connections, subscriptions, channels, timers, descriptors, objects of the server",
      goal: "as at the start",
      measured: differences.length === 0 ? "as at the start" : differences.join(", "),
      isMet: differences.length === 0,
    },
  ];
}

/** The least of each sixth of the time. */
function leastOf(samples: readonly Sample[]): string {
  const size = Math.ceil(samples.length / 6);
  const parts = [0, 1, 2, 3, 4, 5].map((part) => samples.slice(part * size, (part + 1) * size));
  return parts
    .filter((part) => part.length > 0)
    .map((part) => Math.min(...part.map(({ value }) => value)).toFixed(1))
    .join(", ");
}

function differ(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>) {
  return Object.entries(before)
    .filter(([name, value]) => after[name] !== value)
    .map(([name, value]) => `${name} ${value} → ${after[name]}`);
}
