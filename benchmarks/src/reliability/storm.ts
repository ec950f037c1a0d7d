import { setTimeout as sleep } from "node:timers/promises";
import { type Child, startChild } from "../../../chaos/src/crowd/child.ts";
import type { Return } from "../../../chaos/src/crowd/driver-process.ts";
import { roomsFor } from "../../../chaos/src/crowd/rooms.ts";
import type { TallyReport } from "../../../chaos/src/crowd/tally.ts";
import type { CanaryDesk, PingFigures } from "./canary-process.ts";
import { createScene, type Scene } from "./crowd.ts";
import { printNotes, printVerdicts, showSpread } from "./figures.ts";
import { readProcess } from "./process-figures.ts";
import type { LoopDelay } from "./server-process.ts";
import type { Settings } from "./settings.ts";

const quietMs = 8_000;
/** Between two storms, longer than a connection must last for its client's backoff to begin anew. */
const restMs = 12_000;

interface Storm {
  readonly back: Return;
  readonly exact: number;
  readonly ping: PingFigures;
  readonly loop: LoopDelay;
  readonly cpuSeconds: number;
  readonly seen: TallyReport;
}

/**
 * 10,000 clients in rooms of a hundred, in which is written; all sockets are cut in one turn, and the clients come
 * back with the backoff of the protocol. A client that stayed pings all the while.
 */
export async function storm({ clients = 10_000, rounds = 3 }: Settings): Promise<void> {
  await using scene = await createScene();
  const { driver, publisher, port } = scene;
  await using canary = await startChild<CanaryDesk>(new URL("canary-process.ts", import.meta.url), {
    port,
  });
  const channels = roomsFor(clients);
  await driver.ask("open", { count: clients, channels: channels.map((room) => [room]) });
  await publisher.ask("start", {
    name: "rooms",
    load: { channels, eventsPerSecond: 20, bytes: 200 },
  });
  await canary.ask("take");
  await sleep(quietMs);
  const calm = await canary.ask("take");
  const storms: Storm[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (round > 0) await sleep(restMs);
    storms.push(await strike(scene, canary, channels));
  }
  const { misplaced, acknowledged } = await publisher.ask("stop", "rooms");
  report(clients, calm, storms);
  printNotes({ "publishes acknowledged": acknowledged, "at another offset": misplaced });
}

async function strike(
  { server, driver, publisher }: Scene,
  canary: Child<CanaryDesk>,
  channels: readonly string[],
): Promise<Storm> {
  await canary.ask("take");
  await server.ask("takeLoopDelay");
  const { cpuSeconds } = readProcess(server.pid);
  await driver.ask("cutAll");
  const back = await driver.ask("returned", 120_000);
  const ping = await canary.ask("take");
  const loop = await server.ask("takeLoopDelay");
  const spent = readProcess(server.pid).cpuSeconds - cpuSeconds;
  // The rooms stand still for a moment, so that everybody can be asked for the same heads.
  const { heads } = await publisher.ask("stop", "rooms");
  const exact = await driver.ask("atHeads", heads);
  await publisher.ask("start", {
    name: "rooms",
    load: { channels, eventsPerSecond: 20, bytes: 200 },
  });
  return { back, exact, ping, loop, cpuSeconds: spent, seen: await driver.ask("report") };
}

function report(clients: number, calm: PingFigures, storms: readonly Storm[]): void {
  const spread = (of: (storm: Storm) => number, digits = 0) => showSpread(storms.map(of), digits);
  const wrong = storms.at(-1)?.seen.wrong ?? 0;
  const slowest = Math.max(...storms.map(({ back }) => back.level.max));
  const exact = Math.min(...storms.map((storm) => storm.exact));
  const p99 = Math.max(...storms.map(({ ping }) => ping.roundTrip.p99));
  printVerdicts([
    {
      what: `${clients} clients cut at once, ${storms.length} times`,
      goal: "all exact again in ≤ 30 s",
      measured: `last one back after ${spread(({ back }) => back.level.max / 1000, 1)} s; ${exact} exact, ${wrong} wrong`,
      isMet: slowest <= 30_000 && exact === clients && wrong === 0,
    },
    {
      what: "ping of a client that stayed",
      goal: "p99 < 250 ms throughout",
      measured: `p99 ${spread(({ ping }) => ping.roundTrip.p99)} ms, max ${spread(({ ping }) => ping.roundTrip.max)} ms`,
      isMet: p99 < 250,
    },
  ]);
  printNotes({
    "back, median, s": spread(({ back }) => back.level.median / 1000, 1),
    "back, p99, s": spread(({ back }) => back.level.p99 / 1000, 1),
    attempts: spread(({ back }) => back.attempts.length),
    "attempts of the busiest second": spread(({ back }) => busiestSecond(back.attempts)),
    "ping before the storm, median / p99 / max, ms": showPing(calm),
    "pings in a storm": spread(({ ping }) => ping.roundTrip.count),
    "ping median, ms": spread(({ ping }) => ping.roundTrip.median, 1),
    "pinger itself late, p99, ms": spread(({ ping }) => ping.late.p99),
    "longest hold-up of the server's loop, ms": spread(({ loop }) => loop.maxMs),
    "server's processor time for a storm, s": spread((storm) => storm.cpuSeconds, 2),
    "refused upgrades": JSON.stringify(storms.at(-1)?.seen.refused),
    closes: JSON.stringify(storms.at(-1)?.seen.closed),
    errors: JSON.stringify(storms.at(-1)?.seen.errors),
    resets: storms.at(-1)?.seen.resets ?? 0,
  });
}

function showPing({ roundTrip: { median, p99, max } }: PingFigures): string {
  return [median, p99, max].map((value) => value.toFixed(1)).join(" / ");
}

function busiestSecond(attempts: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const at of attempts) {
    const second = Math.floor(at / 1000);
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}
