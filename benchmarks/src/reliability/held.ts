import { setTimeout as sleep } from "node:timers/promises";
import { type Child, startChild } from "../../../chaos/src/crowd/child.ts";
import type { DriverDesk } from "../../../chaos/src/crowd/driver-process.ts";
import { driverProgram } from "../../../chaos/src/crowd/programs.ts";
import { printNotes, printVerdicts, type Verdict } from "./figures.ts";
import { readProcess } from "./process-figures.ts";
import type { ServerArguments, ServerDesk } from "./server-process.ts";
import type { Settings } from "./settings.ts";
import { createFolder, findPort } from "./workplace.ts";

/** How the crowd is spread over channels, and how the server's process is started. */
interface Variant {
  readonly spread: "own" | "one";
  readonly flags: readonly string[];
  readonly name: string;
}

/** V8 makes its young generation as large as 128 MiB when 10,000 clients come at once, and may keep it so. */
const small = "--max-semi-space-size=16";

const variants: readonly Variant[] = [
  { spread: "one", flags: [], name: "all in one channel" },
  { spread: "one", flags: [small], name: `all in one channel, ${small}` },
  { spread: "own", flags: [], name: "each in a channel of its own" },
  { spread: "own", flags: [small], name: `each in a channel of its own, ${small}` },
];

const settleMs = 10_000;
const idleMs = 10_000;

interface Held {
  readonly served: number;
  readonly startMiB: number;
  readonly rssMiB: number;
  readonly youngMiB: number;
  /** After a collection. */
  readonly liveMiB: number;
  readonly peakMiB: number;
  readonly openMs: number;
  readonly reachedMs: number;
  readonly idleShare: number;
  readonly wrong: number;
}

/** 10,000 clients with one subscription each: how much memory that takes, and whether an event reaches all. */
export async function held({ clients = 10_000 }: Settings): Promise<void> {
  const verdicts: Verdict[] = [];
  for (const variant of variants) {
    const { served, rssMiB, wrong, ...more } = await hold(clients, variant);
    const { name } = variant;
    verdicts.push({
      what: `${clients} connections × 1 subscription, ${name}`,
      goal: "≤ 350 MB, all served",
      measured: `${rssMiB.toFixed(0)} MiB, ${served} served, ${wrong} wrong`,
      isMet: rssMiB * 1.048_576 <= 350 && served === clients && wrong === 0,
    });
    console.log(`${name}:\n`);
    printNotes({
      "RSS before the first connection, MiB": more.startMiB.toFixed(0),
      "of the RSS V8's young generation, MiB": more.youngMiB.toFixed(0),
      "RSS after a collection, MiB": more.liveMiB.toFixed(0),
      "bytes for each, before and after it": [rssMiB, more.liveMiB]
        .map((mebibytes) => (((mebibytes - more.startMiB) * 2 ** 20) / clients).toFixed(0))
        .join(", "),
      "most RSS, MiB": more.peakMiB.toFixed(0),
      "opening all, s": (more.openMs / 1000).toFixed(1),
      "one event for each until the last had it, ms": more.reachedMs.toFixed(0),
      "of a core while nothing happens": `${(more.idleShare * 100).toFixed(1)} %`,
    });
  }
  printVerdicts(verdicts);
}

async function hold(clients: number, { spread, flags }: Variant): Promise<Held> {
  using folder = createFolder();
  const port = await findPort();
  const file = `${folder.path}/held.db`;
  const given: ServerArguments = { file, port, authMs: 5 };
  await using server = await startChild<ServerDesk>(
    new URL("server-process.ts", import.meta.url),
    given,
    ["--expose-gc", ...flags],
  );
  await using driver = await startChild<DriverDesk>(driverProgram, { port });
  const startMiB = readProcess(server.pid).rssMiB;
  const begun = performance.now();
  const channels = spread === "own" ? ("own" as const) : [["one"]];
  await driver.ask("open", { count: clients, channels });
  const openMs = performance.now() - begun;
  await sleep(settleMs);
  const idle = readProcess(server.pid);
  await sleep(idleMs);
  const { rssMiB, peakRssMiB, cpuSeconds } = readProcess(server.pid);
  const reached = await reachAll(server, driver, clients, spread);
  const { wrong } = await driver.ask("report");
  const { youngMiB } = await server.ask("moment");
  await server.ask("collect");
  await sleep(2_000);
  const liveMiB = readProcess(server.pid).rssMiB;
  const idleShare = ((cpuSeconds - idle.cpuSeconds) * 1000) / idleMs;
  return {
    startMiB,
    rssMiB,
    youngMiB,
    liveMiB,
    peakMiB: peakRssMiB,
    openMs,
    idleShare,
    wrong,
    ...reached,
  };
}

/** One event in every channel; says how many clients got theirs, and how long that took. */
async function reachAll(
  server: Child<ServerDesk>,
  driver: Child<DriverDesk>,
  clients: number,
  spread: Variant["spread"],
): Promise<Pick<Held, "served" | "reachedMs">> {
  const channels =
    spread === "one" ? ["one"] : Array.from({ length: clients }, (_, number) => `own:u${number}`);
  const begun = performance.now();
  await server.ask("publishFirst", channels);
  const heads = Object.fromEntries(channels.map((channel) => [channel, 1]));
  const served = await driver.ask("atHeads", heads);
  return { served, reachedMs: performance.now() - begun };
}
