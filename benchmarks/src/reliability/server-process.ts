/** A process: a runwire server with everything as it comes, over memory or a SQLite file. */
import { once } from "node:events";
import { createServer } from "node:http";
import { monitorEventLoopDelay } from "node:perf_hooks";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { getHeapSpaceStatistics } from "node:v8";
import { createRunwireServer, type ServerStats } from "@runwire/server";
import { attachRunwire } from "@runwire/server/node";
import { createMemoryStore } from "@runwire/store";
import { createSqliteStore } from "@runwire/store/sqlite";
import { readArguments, serveParent } from "../../../chaos/src/crowd/desk.ts";
import { preciseNow } from "../../../chaos/src/crowd/tally.ts";
import { countObjects } from "./count-objects.ts";
import { createCountingClock } from "./counting-clock.ts";
import { watchBuffers } from "./watch-buffers.ts";
import { type RunLoad, writeRuns } from "./write-runs.ts";

export interface ServerArguments {
  /** A SQLite file; without one the events are in memory. */
  readonly file?: string;
  readonly port: number;
  /** How long the application takes to say who somebody is, milliseconds. */
  readonly authMs: number;
  /** Looks at what each socket has not taken yet, every second. */
  readonly watchesBuffers?: boolean;
  /** Lets everybody ask as often as they like, also for what they may not see. */
  readonly isUnlimited?: boolean;
}

/** A moment of the server. */
export interface ServerMoment {
  readonly stats: ServerStats;
  readonly timers: number;
  readonly heapMiB: number;
  /** What V8 holds for objects that were just made, used or not. */
  readonly youngMiB: number;
}

/** How long the event loop was held up since the last question, milliseconds. */
export interface LoopDelay {
  readonly p99Ms: number;
  readonly maxMs: number;
}

const endless = { perSecond: 1e9, burst: 1e9 };
const noLimits = { messageRate: endless, subscribeRate: endless, maxRefusalsPerMinute: 1e9 };

const given = readArguments<ServerArguments>();
const store = given.file
  ? createSqliteStore({ file: given.file, durability: "full" })
  : createMemoryStore();
const clock = createCountingClock();
const runwire = createRunwireServer({
  store,
  clock,
  async authenticate({ token }) {
    await sleep(given.authMs);
    return token ? { id: token } : null;
  },
  authorize({ user, channel }) {
    if (channel.startsWith("slow:")) return refuseSlowly();
    return !channel.startsWith("own:") || channel === `own:${user.id}`;
  },
  ...(given.isUnlimited && { limits: noLimits }),
});
const buffers = given.watchesBuffers ? watchBuffers(runwire) : undefined;
const http = createServer();
attachRunwire(buffers?.server ?? runwire, http);
// Node's own 511 overflow when thousands come in a second: the system then drops what it has no place for, and each
// of these clients waits for seconds until it tries again.
http.listen({ port: given.port, host: "127.0.0.1", backlog: 4_096 });
await once(http, "listening");

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
let stopRuns: (() => Promise<number>) | undefined;

/** As a process manager ends a server: take leave, then the store, then the process. */
process.on("SIGTERM", async () => {
  http.close();
  await runwire.close();
  await store.close();
  process.exit(0);
});

function youngBytes(): number {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
  return young?.space_size ?? Number.NaN;
}

/** Thinks for 20 µs: what a look at something that exists could take. */
function refuseSlowly(): false {
  const end = performance.now() + 0.02;
  while (performance.now() < end);
  return false;
}

async function publishFirst(channel: string): Promise<void> {
  const data = { n: 1, at: preciseNow() };
  const event = { type: "custom", name: "tick", priority: "high", time: Date.now(), data };
  await runwire.publish({ channel, writer: "operator", id: "1", events: [JSON.stringify(event)] });
}

const desk = {
  ready: () => true,
  moment: (): ServerMoment => ({
    stats: runwire.stats(),
    timers: clock.timers(),
    heapMiB: process.memoryUsage().heapUsed / 2 ** 20,
    youngMiB: youngBytes() / 2 ** 20,
  }),
  takeLoopDelay(): LoopDelay {
    const taken = { p99Ms: delay.percentile(99) / 1e6, maxMs: delay.max / 1e6 };
    delay.reset();
    return taken;
  },
  /** The most that one socket had waiting since the last question, and what each has now, bytes. */
  takeBuffers: () => buffers?.take() ?? { mostBytes: 0, waiting: [] },
  /** Collects all garbage, so that what is resident afterwards is what lives; needs `--expose-gc`. */
  collect(): void {
    gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
  },
  countObjects,
  /** Appends the first event of each channel from within, a few at a time. */
  async publishFirst(channels: readonly string[]): Promise<void> {
    const left = [...channels];
    const publishSome = async () => {
      for (let channel = left.pop(); channel !== undefined; channel = left.pop())
        await publishFirst(channel);
    };
    await Promise.all(Array.from({ length: 32 }, publishSome));
  },
  /** Appends so many events to one channel. */
  async publishMany({ channel, count }: { readonly channel: string; readonly count: number }) {
    const event = { type: "custom", name: "tick", time: Date.now(), data: "x".repeat(100) };
    for (let id = 0; id < count; id += 1)
      await runwire.publish({
        ...{ channel, writer: "operator", id: String(id), events: [JSON.stringify(event)] },
      });
  },
  /** Agents that run in the server's own process. */
  startRuns(load: RunLoad): void {
    stopRuns = writeRuns(runwire, load);
  },
  /** Says how many runs there were. */
  stopRuns: () => stopRuns?.() ?? 0,
};
export type ServerDesk = typeof desk;
serveParent(desk);
