import { setTimeout as sleep } from "node:timers/promises";
import { startChild } from "../../../chaos/src/crowd/child.ts";
import type { Return } from "../../../chaos/src/crowd/driver-process.ts";
import type { Published } from "../../../chaos/src/crowd/publisher-process.ts";
import { roomsFor } from "../../../chaos/src/crowd/rooms.ts";
import type { TallyReport } from "../../../chaos/src/crowd/tally.ts";
import { createScene, type Scene } from "./crowd.ts";
import { printNotes, printVerdicts } from "./figures.ts";
import type { ServerDesk } from "./server-process.ts";
import type { Settings } from "./settings.ts";

interface Drained {
  readonly leaveMs: number;
  readonly returned: Return;
  readonly published: Published;
  readonly exact: number;
  readonly seen: TallyReport;
}

/** The middle of what is measured: how long the attempts to return are spread, without the first and last 1 %. */
const edge = 0.01;

/**
 * A restart under load: the server is told to leave (SIGTERM) while 10,000 clients read and somebody writes, and once
 * its process has ended another one takes its port and its file.
 */
export async function drain({ clients = 10_000 }: Settings): Promise<void> {
  await using scene = await createScene();
  const { driver, publisher } = scene;
  const channels = roomsFor(clients);
  await driver.ask("open", { count: clients, channels: channels.map((room) => [room]) });
  const load = { channels, eventsPerSecond: 50, bytes: 200 };
  await publisher.ask("start", { name: "rooms", load });
  // A connection that lasted has its backoff from the beginning.
  await sleep(12_000);
  report(clients, await restart(scene));
}

async function restart({ port, file, server, driver, publisher }: Scene): Promise<Drained> {
  await driver.ask("expectReturn");
  const begun = performance.now();
  server.signal("SIGTERM");
  await server.ended();
  const leaveMs = performance.now() - begun;
  await using next = await startChild<ServerDesk>(new URL("server-process.ts", import.meta.url), {
    file,
    port,
    authMs: 5,
  });
  const returned = await driver.ask("returned", 120_000);
  await sleep(2_000);
  const published = await publisher.ask("stop", "rooms");
  const exact = await driver.ask("atHeads", published.heads);
  await next.ask("ready");
  return { leaveMs, returned, published, exact, seen: await driver.ask("report") };
}

function report(clients: number, { leaveMs, returned, published, exact, seen }: Drained): void {
  const attempts = returned.attempts.toSorted((one, other) => one - other);
  const at = (share: number) => attempts[Math.floor(share * (attempts.length - 1))] ?? Number.NaN;
  const spreadMs = at(1 - edge) - at(edge);
  printVerdicts([
    {
      what: `${clients} clients sent away`,
      goal: "≤ 30 s",
      measured: `${(leaveMs / 1000).toFixed(1)} s from SIGTERM to the end of the process`,
      isMet: leaveMs <= 30_000,
    },
    {
      what: "acknowledged publishes",
      goal: "none lost",
      measured: `${published.acknowledged} acknowledged, ${published.misplaced} misplaced; ${exact} clients have all, ${seen.wrong} ranges wrong`,
      isMet: published.misplaced === 0 && exact === clients && seen.wrong === 0,
    },
    {
      what: "returns",
      goal: "spread over ≥ 10 s",
      measured: `98 % of ${attempts.length} attempts within ${(spreadMs / 1000).toFixed(1)} s`,
      isMet: spreadMs >= 10_000,
    },
  ]);
  const { median, p99, max } = returned.level;
  const [first, last] = [attempts[0] ?? 0, attempts.at(-1) ?? 0];
  printNotes({
    "attempts, first … last, s after SIGTERM": `${(first / 1000).toFixed(1)} … ${(last / 1000).toFixed(1)}`,
    "back with everything, median / p99 / last, s": [median, p99, max]
      .map((ms) => (ms / 1000).toFixed(1))
      .join(" / "),
    "not back": returned.missing,
    refused: JSON.stringify(seen.refused),
    closes: JSON.stringify(seen.closed),
    errors: JSON.stringify(seen.errors),
    resets: seen.resets,
  });
}
