import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRunwireClient, type RunwireClient } from "@runwire/client";
import { checkHistory } from "../checker/check-history.ts";
import type { Anomaly, HistoryEntry, MarkedEvent } from "../checker/history.ts";
import { type Child, startChild } from "../crowd/child.ts";
import type { DriverArguments, DriverDesk, Return } from "../crowd/driver-process.ts";
import type { LightBackoff } from "../crowd/light-client.ts";
import { driverProgram, publisherProgram } from "../crowd/programs.ts";
import type { PublisherArguments, PublisherDesk } from "../crowd/publisher-process.ts";
import { type MeasuredEvent, toMarked } from "../crowd/read-events.ts";
import { roomsFor } from "../crowd/rooms.ts";
import { ServerChild } from "./server-child.ts";
import { type Outcome, patiently, pause } from "./stage.ts";

/** Who returns, and how. */
export interface StormOptions {
  readonly clients: number;
  /** Of the clients. @default that of the protocol */
  readonly backoff?: LightBackoff;
  /** Between two storms; a client's backoff begins anew when its connection has lasted for 10 s. @default 12000 */
  readonly restMs?: number;
}

/** What happens to the server while they return. */
const blows = ["nothing", "kill -9", "SIGSTOP"] as const;

const stopMs = 2_000;
const clientsOfDriver = 5_000;
const load = { eventsPerSecond: 50, bytes: 200 };

/** A server process over a SQLite file, drivers with many bare clients each, and somebody who writes. */
interface Scene {
  readonly server: ServerChild;
  readonly drivers: readonly Child<DriverDesk>[];
  readonly publisher: Child<PublisherDesk>;
  readonly rooms: readonly string[];
  readonly clients: number;
}

/**
 * All sockets are cut at once, by RST, while events are published, and everybody comes back: to the server as it is, to
 * one that is killed when a quarter is back, and to one that stands still for a while.
 */
export async function storm(options: StormOptions): Promise<Outcome> {
  await using stack = new AsyncDisposableStack();
  const scene = await setScene(options, stack);
  const { publisher, rooms } = scene;
  const told: string[] = [];
  for (const blow of blows) {
    await publisher.ask("start", { name: "rooms", load: { channels: rooms, ...load } });
    await pause(options.restMs ?? 12_000);
    told.push(`${blow}: ${await strike(scene, blow)}`);
    await publisher.ask("stop", "rooms");
  }
  return await judge(scene, told); // before the stack ends it all
}

async function setScene(
  { clients, backoff }: StormOptions,
  stack: AsyncDisposableStack,
): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), "runwire-storm-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const server = new ServerChild({ file: join(folder, "runs.db") });
  stack.defer(async () => void (await server.end("SIGKILL")));
  await server.start();
  const shared = { port: Number(new URL(server.url).port), keepsHistory: true };
  const given: PublisherArguments = shared;
  const publisher = stack.use(await startChild<PublisherDesk>(publisherProgram, given));
  const rooms = roomsFor(clients);
  const drivers: Child<DriverDesk>[] = [];
  for (let first = 0; first < clients; first += clientsOfDriver) {
    const given: DriverArguments = { ...shared, first, ...(backoff && { backoff }) };
    drivers.push(stack.use(await startChild<DriverDesk>(driverProgram, given)));
  }
  const channels = rooms.map((room) => [room]);
  await askAll(drivers, (driver, nth) => {
    const count = Math.min(clientsOfDriver, clients - nth * clientsOfDriver);
    return driver.ask("open", { count, channels });
  });
  return { server, drivers, publisher, rooms, clients };
}

/** Says for people how they came back. */
async function strike(
  { server, drivers, clients }: Scene,
  blow: (typeof blows)[number],
): Promise<string> {
  await askAll(drivers, (driver) => driver.ask("cutAll"));
  if (blow !== "nothing") {
    await askAll(drivers, (driver) =>
      driver.ask("untilBack", Math.floor(clients / drivers.length / 4)),
    );
    await hit(server, blow);
  }
  const back = await askAll(drivers, (driver) => driver.ask("returned", 120_000));
  return toFigures(back);
}

async function hit(server: ServerChild, blow: "kill -9" | "SIGSTOP"): Promise<void> {
  if (blow === "kill -9") {
    await server.end("SIGKILL");
    return server.start();
  }
  server.signal("SIGSTOP");
  await pause(stopMs);
  server.signal("SIGCONT");
}

function toFigures(back: readonly Return[]): string {
  const sum = (of: (one: Return) => number) => back.reduce((total, one) => total + of(one), 0);
  const lastMs = Math.max(...back.map(({ level }) => level.max));
  const attempts = sum((one) => one.attempts.length);
  const count = sum((one) => one.level.count);
  return `${count} back after ${(lastMs / 1_000).toFixed(1)} s (${attempts} attempts)`;
}

/** Nobody connects again for it: who has not all of the log now will never have it. */
async function judge(scene: Scene, told: readonly string[]): Promise<Outcome> {
  const { drivers, publisher, server, rooms, clients } = scene;
  const { heads, acknowledged } = await publisher.ask("stop", "rooms");
  const exact = await askAll(drivers, (driver) => driver.ask("atHeads", heads));
  const client = createRunwireClient({ url: server.url });
  const anomalies: Anomaly[] = [];
  let checked = 0;
  for (const room of rooms) {
    const history = await writeHistory(scene, client, room);
    anomalies.push(...checkHistory(history));
    checked += history.filter(({ type }) => type === "rest").length;
  }
  await client.close();
  if (checked < clients)
    anomalies.push({ name: "unseen", detail: `${clients - checked} clients never subscribed` });
  const all = exact.reduce((total, count) => total + count, 0);
  const figures = [
    `${clients} clients cut at once`,
    ...told,
    `${acknowledged} publishes acknowledged, ${all} clients exact, ${anomalies.length} anomalies`,
  ];
  return { anomalies, figures: figures.join("; ") };
}

/** What happened in one room, from all who were in it. */
async function writeHistory(
  { drivers, publisher }: Scene,
  client: RunwireClient,
  room: string,
): Promise<readonly HistoryEntry[]> {
  const { epoch, events } = await readLog(client, room);
  const handed = (await askAll(drivers, (driver) => driver.ask("history", room))).flat();
  const subscribers = handed.flatMap((entry) =>
    entry.type === "subscribe" ? [entry.subscriber] : [],
  );
  return [
    ...(await publisher.ask("history", room)),
    { type: "appended", at: 0, epoch, events },
    { type: "log", epoch, floor: 1, events },
    ...handed,
    ...subscribers.map((subscriber) => ({ type: "rest", subscriber }) as const),
  ];
}

async function readLog(
  client: RunwireClient,
  channel: string,
): Promise<{ readonly epoch: string; readonly events: readonly MarkedEvent[] }> {
  const events: MarkedEvent[] = [];
  for (let after = 0; ; ) {
    const page = await patiently(() => client.fetch({ channel, after }));
    // Nobody writes anything else there.
    events.push(
      ...page.events.map((event) => toMarked(channel, event as unknown as MeasuredEvent)),
    );
    if (page.offset >= page.head) return { epoch: page.epoch, events };
    after = page.offset;
  }
}

function askAll<Answer>(
  drivers: readonly Child<DriverDesk>[],
  ask: (driver: Child<DriverDesk>, nth: number) => Promise<Answer>,
): Promise<Answer[]> {
  return Promise.all(drivers.map(ask));
}
