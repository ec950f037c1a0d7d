import { setTimeout as sleep } from "node:timers/promises";
import { type Child, startChild } from "../../../chaos/src/crowd/child.ts";
import type { DriverArguments, DriverDesk } from "../../../chaos/src/crowd/driver-process.ts";
import { driverProgram } from "../../../chaos/src/crowd/programs.ts";
import { roomsFor } from "../../../chaos/src/crowd/rooms.ts";
import { type Summary, summarize } from "../../../chaos/src/crowd/summary.ts";
import { createScene, type Scene } from "./crowd.ts";
import { printNotes, printVerdicts, showSpread } from "./figures.ts";
import { readProcess } from "./process-figures.ts";
import type { Settings } from "./settings.ts";
import { runInSmallNetwork } from "./small-network.ts";
import type { Buffers } from "./watch-buffers.ts";

const measuredMs = 10_000;
const settleMs = 3_000;
/** What all have, and what is written beside it for those who stall: so much that the server has to keep back. */
const roomLoad = { eventsPerSecond: 100, bytes: 200 };
const bulkLoad = { eventsPerSecond: 60, bytes: 16_000 };
const bulkChannels = Array.from({ length: 10 }, (_, index) => `bulk:${index}`);
const mebibyte = 2 ** 20;

/** How long live events took, and what the server's process took of a core meanwhile. */
interface Stretch extends Summary {
  readonly cpuShare: number;
}

interface Round {
  readonly without: Stretch;
  /** While what nobody takes piles up to the bound, and afterwards. */
  readonly filling: Stretch;
  readonly beside: Stretch;
  /** While the stalled read what they missed. */
  readonly catchingUp: Stretch;
  /** What the stalled cost the server's process, of resident memory, bytes for each. */
  readonly bytesEach: number;
  readonly buffers: Buffers;
  readonly exact: number;
}

/**
 * Nine of ten clients read; the tenth follows the same rooms and a channel of much, and reads nothing. Times without
 * and beside the stalled take turns; at the end of each the stalled read on, and must have everything.
 */
export async function slowReaders({ clients = 10_000, rounds = 2 }: Settings): Promise<void> {
  if (await runInSmallNetwork("slow-readers")) return;
  await using scene = await createScene({ watchesBuffers: true });
  const { driver, port } = scene;
  const rooms = roomsFor(clients);
  const stalled = Math.round(clients / 10);
  const readers = clients - stalled;
  // A process of their own: when they read on, the others' times are not those of a process that reads a gigabyte.
  const given: DriverArguments = { port, first: readers };
  await using stallers = await startChild<DriverDesk>(driverProgram, given);
  await driver.ask("open", { count: readers, channels: rooms.map((room) => [room]) });
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round += 1)
    measured.push(await measureRound(scene, stallers, rooms, stalled));
  const seen = [await driver.ask("report"), await stallers.ask("report")] as const;
  report(clients, stalled, measured, seen[0].wrong + seen[1].wrong);
  for (const [index, { resets, closed, errors }] of seen.entries())
    printNotes({
      [`resets, of the ${index === 0 ? "others" : "stalled"}`]: resets,
      closes: JSON.stringify(closed),
      errors: JSON.stringify(errors),
    });
}

async function measureRound(
  scene: Scene,
  stallers: Child<DriverDesk>,
  rooms: readonly string[],
  count: number,
): Promise<Round> {
  const group = { from: 0, count };
  const { server, driver, publisher } = scene;
  await publisher.ask("start", { name: "rooms", load: { channels: rooms, ...roomLoad } });
  await publisher.ask("start", { name: "bulk", load: { channels: bulkChannels, ...bulkLoad } });
  await sleep(settleMs);
  const without = await measureLatency(scene);
  const channels = rooms.map((room, index) => [room, bulkChannels[index % 10] ?? ""]);
  await stallers.ask("open", { count, channels, begin: "now" });
  await stallers.ask("stall", group);
  const { rssMiB } = readProcess(server.pid);
  const filling = await measureLatency(scene);
  const beside = await measureLatency(scene);
  const bytesEach = ((readProcess(server.pid).rssMiB - rssMiB) * mebibyte) / count;
  const buffers = await server.ask("takeBuffers");
  await publisher.ask("stop", "bulk");
  await stallers.ask("resume", group);
  const catchingUp = await measureLatency(scene, settleMs);
  const { heads } = await publisher.ask("stop", "rooms");
  const exact = (await driver.ask("atHeads", heads)) + (await stallers.ask("atHeads", heads));
  await stallers.ask("drop", count);
  return { without, filling, beside, catchingUp, bytesEach, buffers, exact };
}

async function measureLatency(
  { server, driver }: Scene,
  durationMs = measuredMs,
): Promise<Stretch> {
  await driver.ask("takeLatencies");
  const { cpuSeconds } = readProcess(server.pid);
  await driver.ask("measure", true);
  await sleep(durationMs);
  await driver.ask("measure", false);
  const spent = readProcess(server.pid).cpuSeconds - cpuSeconds;
  return { ...(await driver.ask("takeLatencies")), cpuShare: (spent * 1_000) / durationMs };
}

function report(clients: number, stalled: number, rounds: readonly Round[], wrong: number): void {
  const spread = (of: (round: Round) => number, digits = 0) => showSpread(rounds.map(of), digits);
  const median = (of: (round: Round) => number) => summarize(rounds.map(of)).median;
  const ratio = ({ without, beside }: Round) => beside.p99 / without.p99;
  const most = Math.max(...rounds.map(({ buffers }) => buffers.mostBytes));
  const exact = Math.min(...rounds.map((round) => round.exact));
  const kibibytes = ({ bytesEach }: Round) => bytesEach / 1024;
  printVerdicts([
    {
      what: `memory of the server for each of ${stalled} that stalled`,
      goal: "≤ 64 KiB on average",
      measured: `${spread(kibibytes, 1)} KiB of RSS`,
      isMet: median(kibibytes) <= 64,
    },
    {
      what: "unsent bytes of one socket",
      goal: "≤ 1 MiB",
      measured: `at most ${most}`,
      isMet: most <= mebibyte,
    },
    {
      what: `p99 of the ${clients - stalled} others`,
      goal: "at most 10 % worse than without the stalled",
      measured: `× ${spread(ratio, 2)}: ${spread(({ beside }) => beside.p99, 1)} ms, without them ${spread(({ without }) => without.p99, 1)} ms`,
      isMet: median(ratio) <= 1.1,
    },
    {
      what: "the stalled, once they read on",
      goal: "have everything",
      measured: `${exact} of ${clients} clients exact, ${wrong} ranges wrong`,
      isMet: exact === clients && wrong === 0,
    },
  ]);
  const stretches = ["without", "filling", "beside", "catchingUp"] as const;
  const shares = stretches.map((name) => spread((round) => round[name].cpuShare * 100, 1));
  const waiting = (round: Round) => summarize(round.buffers.waiting);
  printNotes({
    "sockets for which something waited": spread((round) => waiting(round).count),
    "unsent bytes of these, a frame counted for each of its sockets, median": spread(
      (round) => waiting(round).median,
    ),
    "latency of the others, median, ms": `${spread(({ beside }) => beside.median, 1)}, without ${spread(({ without }) => without.median, 1)}`,
    "p99 of the others while the bounds filled, ms": spread(({ filling }) => filling.p99, 1),
    "p99 of the others in the first seconds in which the stalled read on, ms": spread(
      ({ catchingUp }) => catchingUp.p99,
      1,
    ),
    "server, % of a core: without, filling, beside, catching up": shares.join(", "),
    "max, ms": `${spread(({ beside }) => beside.max)}, without ${spread(({ without }) => without.max)}`,
    "deliveries measured in a round": spread(({ beside }) => beside.count),
  });
}
