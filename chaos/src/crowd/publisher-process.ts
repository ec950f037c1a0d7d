/** A process: writes numbered events into channels through our own client, and knows what was acknowledged. */
import { createRunwireClient } from "@runwire/client";
import type { History, HistoryEntry } from "../checker/history.ts";
import { readArguments, serveParent } from "./desk.ts";
import { toMark } from "./read-events.ts";
import { preciseNow } from "./tally.ts";

/** What is written where, and how fast. */
export interface PublishLoad {
  readonly channels: readonly string[];
  readonly eventsPerSecond: number;
  /** Of one event's filling. */
  readonly bytes: number;
}

/** What became of it. */
export interface Published {
  /** The last acknowledged offset of each channel. */
  readonly heads: Readonly<Record<string, number>>;
  readonly acknowledged: number;
  /** Acknowledged at another offset than the one that the event was written for. */
  readonly misplaced: number;
  readonly refused: Readonly<Record<string, number>>;
}

interface Lane {
  readonly channel: string;
  written: number;
  isBusy: boolean;
}

export interface PublisherArguments {
  readonly port: number;
  /** @default "publisher" */
  readonly user?: string;
  /** Whether it writes down what it asked for, and what it was answered. @default false */
  readonly keepsHistory?: boolean;
}

const { port, user = "publisher", keepsHistory = false } = readArguments<PublisherArguments>();
const client = createRunwireClient({ url: `ws://127.0.0.1:${port}/runwire`, token: user });
const lanes = new Map<string, Lane>();
const loads = new Map<string, NodeJS.Timeout>();
const heads: Record<string, number> = {};
const refused: Record<string, number> = {};
/** What was published in each channel. */
const histories = new Map<string, HistoryEntry[]>();
let acknowledged = 0;
let misplaced = 0;
const going = new Set<Promise<void>>();

/** One event; a channel has one publish at a time, and what was not acknowledged is sent again under its id. */
async function write(lane: Lane, filling: string): Promise<void> {
  const { channel } = lane;
  lane.isBusy = true;
  lane.written += 1;
  const n = lane.written;
  const data = { n, at: preciseNow(), filling };
  const event = JSON.stringify({
    type: "custom",
    name: "tick",
    priority: "high",
    time: Date.now(),
    data,
  });
  const id = `${channel}-${n}`;
  note(channel, { type: "publish", id, marks: [toMark(channel, n)] });
  for (;;) {
    try {
      const request = { channel, writer: "reliability-publisher", id, events: [event] };
      const { epoch, offset } = await client.publish(request);
      note(channel, { type: "published", id, epoch, offset });
      acknowledged += 1;
      heads[channel] = offset;
      if (offset !== n) misplaced += 1;
      break;
    } catch (error) {
      const code = `${(error as { readonly code?: unknown }).code ?? error}`;
      refused[code] = (refused[code] ?? 0) + 1;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  lane.isBusy = false;
}

function note(channel: string, entry: HistoryEntry): void {
  if (!keepsHistory) return;
  const known = histories.get(channel) ?? [];
  histories.set(channel, known);
  known.push(entry);
}

function laneOf(channel: string): Lane {
  const known = lanes.get(channel);
  if (known) return known;
  const lane = { channel, written: 0, isBusy: false };
  lanes.set(channel, lane);
  return lane;
}

const desk = {
  ready: () => true,
  /** Begins to write; several loads have names. */
  start({ name, load }: { readonly name: string; readonly load: PublishLoad }): void {
    const filling = "x".repeat(load.bytes);
    const own = load.channels.map(laneOf);
    let turn = 0;
    let due = performance.now();
    const timer = setInterval(() => {
      for (; due <= performance.now(); due += 1000 / load.eventsPerSecond) {
        const lane = own[turn++ % own.length];
        if (!lane || lane.isBusy) continue;
        const writing = write(lane, filling).finally(() => going.delete(writing));
        going.add(writing);
      }
    }, 5);
    loads.set(name, timer);
  },
  /** Stops writing, and waits until all is acknowledged. */
  async stop(name: string): Promise<Published> {
    clearInterval(loads.get(name));
    await Promise.all(going);
    return { heads: { ...heads }, acknowledged, misplaced, refused };
  },
  acknowledged: () => acknowledged,
  history: (channel: string): History => histories.get(channel) ?? [],
};
export type PublisherDesk = typeof desk;
serveParent(desk);
