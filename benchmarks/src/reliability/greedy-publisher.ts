import { setTimeout as sleep } from "node:timers/promises";
import { type Child, startChild } from "../../../chaos/src/crowd/child.ts";
import type { DriverDesk } from "../../../chaos/src/crowd/driver-process.ts";
import { driverProgram, publisherProgram } from "../../../chaos/src/crowd/programs.ts";
import type {
  PublisherArguments,
  PublisherDesk,
  PublishLoad,
} from "../../../chaos/src/crowd/publisher-process.ts";
import { type Summary, summarize } from "../../../chaos/src/crowd/summary.ts";
import { createScene, type Scene } from "./crowd.ts";
import { printNotes, printVerdicts, showSpread } from "./figures.ts";
import { readProcess } from "./process-figures.ts";
import type { LoopDelay } from "./server-process.ts";
import type { Settings } from "./settings.ts";

const tenants = Array.from({ length: 50 }, (_, index) => `tenant:${index}`);
const greedyChannels = Array.from({ length: 20 }, (_, index) => `greedy:${index}`);
const readersOfGreedy = 20;
/** Of one tenant; of the greedy one in the same time. */
const shareOfOne = 2;
const timesShare = 100;
const bytes = 200;
/** Short, and often by turns: whatever else the machine does falls on both alike. */
const measuredMs = 4_000;
const settleMs = 1_000;

/** What the others felt in one stretch of time, and what it cost the server. */
interface Stretch {
  readonly latency: Summary;
  readonly loop: LoopDelay;
  readonly cpuShare: number;
}

interface Round {
  readonly without: Stretch;
  readonly beside: Stretch;
  readonly greedyPerSecond: number;
}

/**
 * Fifty tenants, each with a channel, its readers and a writer; then another one writes a hundred times what each of
 * them does, and has readers too. What the readers of the fifty see is compared, with and without it by turns.
 */
export async function greedyPublisher({ clients = 1_000, rounds = 12 }: Settings): Promise<void> {
  await using scene = await createScene();
  const { driver, publisher, port } = scene;
  await using greedy = await startGreedy(port);
  await driver.ask("open", { count: clients, channels: tenants.map((tenant) => [tenant]) });
  await greedy.readers.ask("open", {
    count: readersOfGreedy,
    channels: greedyChannels.map((channel) => [channel]),
  });
  const eventsPerSecond = tenants.length * shareOfOne;
  await publisher.ask("start", {
    name: "tenants",
    load: { channels: tenants, eventsPerSecond, bytes },
  });
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round += 1) measured.push(await measureRound(scene, greedy));
  const { heads } = await publisher.ask("stop", "tenants");
  const exact = await driver.ask("atHeads", heads);
  const { wrong } = await driver.ask("report");
  report(measured);
  printNotes({ "readers of the tenants that have everything": `${exact} of ${clients}`, wrong });
}

interface Greedy extends AsyncDisposable {
  readonly publisher: Child<PublisherDesk>;
  readonly readers: Child<DriverDesk>;
}

async function startGreedy(port: number): Promise<Greedy> {
  await using stack = new AsyncDisposableStack();
  const given: PublisherArguments = { port, user: "greedy" };
  const publisher = stack.use(await startChild<PublisherDesk>(publisherProgram, given));
  const readers = stack.use(await startChild<DriverDesk>(driverProgram, { port }));
  const all = stack.move();
  return { publisher, readers, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

async function measureRound(scene: Scene, { publisher }: Greedy): Promise<Round> {
  const without = await measureStretch(scene);
  const load: PublishLoad = {
    channels: greedyChannels,
    eventsPerSecond: shareOfOne * timesShare,
    bytes,
  };
  await publisher.ask("start", { name: "greedy", load });
  await sleep(settleMs);
  const before = await publisher.ask("acknowledged");
  const beside = await measureStretch(scene);
  const written = (await publisher.ask("acknowledged")) - before;
  await publisher.ask("stop", "greedy");
  return { without, beside, greedyPerSecond: (written * 1_000) / (settleMs + measuredMs) };
}

async function measureStretch({ server, driver }: Scene): Promise<Stretch> {
  await sleep(settleMs);
  await server.ask("takeLoopDelay");
  const { cpuSeconds } = readProcess(server.pid);
  await driver.ask("takeLatencies");
  await driver.ask("measure", true);
  await sleep(measuredMs);
  await driver.ask("measure", false);
  const spent = readProcess(server.pid).cpuSeconds - cpuSeconds;
  return {
    latency: await driver.ask("takeLatencies"),
    loop: await server.ask("takeLoopDelay"),
    cpuShare: (spent * 1_000) / measuredMs,
  };
}

function report(rounds: readonly Round[]): void {
  const spread = (of: (round: Round) => number, digits = 1) => showSpread(rounds.map(of), digits);
  const median = (of: (round: Round) => number) => summarize(rounds.map(of)).median;
  const ratio =
    median(({ beside }) => beside.latency.p99) / median(({ without }) => without.latency.p99);
  const both = (of: (stretch: Stretch) => number) =>
    `${spread(({ beside }) => of(beside))}, without ${spread(({ without }) => of(without))}`;
  printVerdicts([
    {
      what: `p99 of ${tenants.length} tenants' readers, while another writes ${timesShare} times a tenant's share`,
      goal: "at most 10 % worse than without it",
      measured: `× ${ratio.toFixed(2)}: ${both(({ latency }) => latency.p99)} ms`,
      isMet: ratio <= 1.1,
    },
  ]);
  printNotes({
    "latency, median, ms": both(({ latency }) => latency.median),
    "max, ms": both(({ latency }) => latency.max),
    "longest hold-up of the server's loop, ms": both(({ loop }) => loop.maxMs),
    "of a core": both(({ cpuShare }) => cpuShare * 100),
    "events of the greedy one acknowledged each second": spread((round) => round.greedyPerSecond),
    "deliveries measured in a stretch": spread(({ beside }) => beside.latency.count, 0),
  });
}
