import type { RunwireClient } from "@runwire/client";
import { type ChannelState, type Clock, RunwireError } from "@runwire/protocol";
import type { HistoryEntry, StartOfReading } from "../checker/history.ts";
import { channel, toMarked } from "./recording-store.ts";

/** Somebody who follows the channel, and writes down what they are handed. */
export interface Subscriber {
  readonly name: string;
  /** Where it began the last time. */
  from(): StartOfReading;
  /** What was handed over since the last beginning. */
  readonly seen: ReadonlySet<string>;
  /** What it shows in the end, where it shows a state. */
  state?(): ChannelState;
  /** Of how many runs it shows the history at least; absent: of all. */
  readonly runs?: number;
  /** Has older runs shown as well; `false` when there are none. */
  loadOlder?(): Promise<boolean>;
  /** Whether nothing more can be expected. */
  isOver(): boolean;
  stop(): void;
}

export interface SubscriberParts {
  readonly name: string;
  readonly user: string;
  readonly client: RunwireClient;
  readonly clock: Clock;
  note(entry: HistoryEntry): void;
}

/** Follows as a page does: with a listener, from the start, or from where the last `runs` begin. */
export function follow({ name, user, client, note }: SubscriberParts, runs?: number): Subscriber {
  const depth = runs === undefined ? {} : { runs };
  const followed = client.channel(channel, depth);
  let state = followed.snapshot().state;
  const seen = new Set<string>();
  let isOver = false;
  // Whoever comes while others follow goes on from what those have.
  let from: StartOfReading = isEmpty(state) ? "start" : "now";
  note({ type: "subscribe", subscriber: name, user, from, ...depth });
  const undo = followed.subscribe((next, events) => {
    if (isEmpty(next) && !isEmpty(state)) {
      seen.clear();
      from = "start";
      note({ type: "reset", subscriber: name });
    }
    state = next;
    if (events.length === 0) return;
    const marked = events.map((event) => toMarked(event));
    for (const { marks } of marked) for (const mark of marks) seen.add(mark);
    note({ type: "handed", subscriber: name, events: marked });
  });
  return {
    ...{ name, seen, ...depth },
    from: () => from,
    loadOlder: () => followed.loadOlder({ limit: 2 }),
    state: () => followed.snapshot().state,
    isOver: () => isOver,
    stop() {
      isOver = true;
      undo();
    },
  };
}

/** Reads event by event; after a reset, or when it failed, from the start. */
export function read(parts: SubscriberParts, start: StartOfReading): Subscriber {
  const { name, user, client, clock, note } = parts;
  const stopping = new AbortController();
  const seen = new Set<string>();
  let isOver = false;
  let began = start;
  void readAll();
  return { name, seen, from: () => began, isOver: () => isOver, stop: () => stopping.abort() };

  async function readAll(): Promise<void> {
    note({ type: "subscribe", subscriber: name, user, from: start });
    let code = await readFrom(start);
    while (code !== undefined && code !== "forbidden" && code !== "closed") {
      began = "start";
      seen.clear();
      if (code === "reset") note({ type: "reset", subscriber: name });
      else {
        await new Promise<void>((resolve) => void clock.after(300, resolve));
        note({ type: "subscribe", subscriber: name, user, from: "start" });
      }
      code = await readFrom("start");
    }
    isOver = true;
  }

  /** Resolves to why it failed, or to nothing when it was stopped. */
  async function readFrom(from: StartOfReading): Promise<string | undefined> {
    try {
      const { signal } = stopping;
      for await (const event of client.channel(channel).events({ from, signal })) {
        const marked = toMarked(event);
        for (const mark of marked.marks) seen.add(mark);
        note({ type: "handed", subscriber: name, events: [marked] });
      }
      return undefined;
    } catch (error) {
      if (error instanceof RunwireError) return error.code;
      throw error;
    }
  }
}

function isEmpty({ order, custom }: ChannelState): boolean {
  return order.length === 0 && Object.keys(custom).length === 0;
}
