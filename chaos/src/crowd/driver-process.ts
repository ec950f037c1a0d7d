/** A process: thousands of bare clients. */
import { setPriority } from "node:os";
import type { History, HistoryEntry } from "../checker/history.ts";
import { readArguments, serveParent } from "./desk.ts";
import { type LightBackoff, LightClient } from "./light-client.ts";
import { type Summary, summarize } from "./summary.ts";
import { Tally, type TallyReport } from "./tally.ts";

export interface DriverArguments {
  readonly port: number;
  /** The number of its first client: several drivers have clients of their own. @default 0 */
  readonly first?: number;
  readonly backoff?: LightBackoff;
  /** Whether it writes down what its clients are handed. @default false */
  readonly keepsHistory?: boolean;
}

/** Which clients, and what each follows. */
export interface NewClients {
  readonly count: number;
  /** Client number N follows the channels of `channels[N % channels.length]`, or `own:uN`. */
  readonly channels: readonly (readonly string[])[] | "own";
  /** @default "start" */
  readonly begin?: "start" | "now";
}

export interface Group {
  readonly from: number;
  readonly count: number;
}

/** How a crowd came back, milliseconds after it was cut. */
export interface Return {
  /** Each client: until it had everything up to the head that it was told. */
  readonly level: Summary;
  /** Attempts to connect, from the first to the last. */
  readonly attempts: readonly number[];
  readonly missing: number;
}

// Elsewhere 10,000 clients have processors of their own; here they must not take the server's.
setPriority(5);
const { port, first = 0, backoff, keepsHistory = false } = readArguments<DriverArguments>();
const clientsOfAddress = 40;
const mostOpening = 100;
const tally = new Tally();
const clients: LightClient[] = [];
/** What the clients of each channel were handed. */
const histories = new Map<string, HistoryEntry[]>();
/** When each client was level last, by `performance.now()`. */
const levelAt: number[] = [];
let cutAt = 0;
let wake = () => {};

function create(number: number, channels: readonly string[], begin: "start" | "now"): LightClient {
  const address = Math.floor((first + number) / clientsOfAddress);
  return new LightClient({
    ...{ port, channels, begin, tally, backoff, user: `u${first + number}` },
    note: keepsHistory ? keepHistory(channels) : undefined,
    localAddress: `127.0.${1 + Math.floor(address / 250)}.${1 + (address % 250)}`,
    onLevel() {
      levelAt[number] = performance.now();
      wake();
    },
  });
}

function keepHistory([channel = ""]: readonly string[]): (entry: HistoryEntry) => void {
  const known = histories.get(channel) ?? [];
  histories.set(channel, known);
  return (entry) => known.push(entry);
}

/** Looks again each time a client is level, and now and then. */
async function until(isSo: () => boolean, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (!isSo()) {
    if (performance.now() > end) return false;
    await new Promise<void>((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

function of({ from, count }: Group): readonly LightClient[] {
  return clients.slice(from, from + count);
}

const countLevel = () => clients.filter(({ isLevel }) => isLevel).length;

const desk = {
  ready: () => true,
  /** Opens clients, a hundred at a time, and waits until all are level. */
  async open({ count, channels, begin = "start" }: NewClients): Promise<number> {
    const opening = new Set<LightClient>();
    for (let opened = 0; opened < count; opened += 1) {
      const number = clients.length;
      const own = channels === "own" ? [`own:u${number}`] : channels[number % channels.length];
      const client = create(number, own ?? [], begin);
      clients.push(client);
      client.start();
      opening.add(client);
      while (opening.size >= mostOpening) {
        for (const one of opening) if (one.isLevel) opening.delete(one);
        if (opening.size < mostOpening) break;
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, 100);
        });
      }
    }
    await until(() => countLevel() === clients.length, 60_000);
    return countLevel();
  },
  level: countLevel,
  /** Waits until so many have been level since they were cut. */
  untilBack: (count: number): Promise<boolean> =>
    until(() => levelAt.filter((at) => at > 0).length >= count, 60_000),
  /** Cuts all sockets in one turn; the clients come back by themselves. */
  cutAll(): void {
    tally.attemptsAt = [];
    levelAt.fill(0);
    cutAt = performance.now();
    for (const client of clients) client.cut();
  },
  /** From now on it is measured how they come back. */
  expectReturn(): void {
    tally.attemptsAt = [];
    levelAt.fill(0);
    cutAt = performance.now();
  },
  async returned(timeoutMs: number): Promise<Return> {
    await until(() => levelAt.every((at) => at > 0) && countLevel() === clients.length, timeoutMs);
    const back = levelAt.filter((at) => at > 0).map((at) => at - cutAt);
    return {
      level: summarize(back),
      attempts: tally.attemptsAt.map((at) => at - cutAt),
      missing: clients.length - back.length,
    };
  },
  /** Waits until everybody has everything; says how many have. */
  async atHeads(heads: Readonly<Record<string, number>>): Promise<number> {
    const isAtHead = (client: LightClient) =>
      client.channels.every((channel) => client.offsetOf(channel) === (heads[channel] ?? 0));
    await until(() => clients.every(isAtHead), 60_000);
    return clients.filter(isAtHead).length;
  },
  measure(isOn: boolean): void {
    tally.isMeasuring = isOn;
  },
  takeLatencies: () => tally.takeLatencies(),
  stall(group: Group): void {
    for (const client of of(group)) client.stall();
  },
  resume(group: Group): void {
    for (const client of of(group)) client.resume();
  },
  /** Closes the last clients for good. */
  drop(count: number): void {
    for (const client of clients.splice(-count)) client.stop();
    levelAt.length = clients.length;
  },
  report: (): TallyReport => tally.report(),
  /** What was handed to those whose (first) channel this is. */
  history: (channel: string): History => histories.get(channel) ?? [],
};
export type DriverDesk = typeof desk;

setInterval(() => {
  const now = performance.now();
  for (const client of clients) client.pingIfQuiet(now);
}, 1_000);
serveParent(desk);
