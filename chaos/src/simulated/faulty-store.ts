import { type Clock, RunwireError } from "@runwire/protocol";
import type { EventStore } from "@runwire/store";

/** What decides about faults. */
export interface FaultSource {
  readonly random: () => number;
  readonly clock: Clock;
  /** No more faults from now on. */
  isCalm(): boolean;
  /** Nothing happens any more: the process that used the store is dead. */
  isDead(): boolean;
}

/** The longest time that a call waits on either side, milliseconds. */
const longestMs = 400;

/** A store that is slow, whose answers are old, which fails before or after it has done what it was asked. */
export function makeFaulty(store: EventStore, source: FaultSource): EventStore {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const method: (...given: unknown[]) => unknown = value.bind(target);
      if (name === "watch") return (listener: Listener) => watch(target, listener, source);
      if (name === "close") return method;
      return (...given: unknown[]) => disturb(() => method(...given), source);
    },
  });
}

type Listener = (channel: string) => void;

/** Hints are lost, doubled, late, and overtake each other. */
function watch(store: EventStore, listener: Listener, source: FaultSource): () => void {
  return store.watch((channel) => {
    const tell = () => {
      if (!source.isDead()) listener(channel);
    };
    const roll = source.isCalm() ? 1 : source.random();
    if (roll < 0.3) return;
    if (roll < 0.6) void wait(source, roll * longestMs).then(tell);
    else tell();
    if (roll > 0.8 && roll < 1) tell();
  });
}

async function disturb(ask: () => unknown, source: FaultSource): Promise<unknown> {
  const roll = source.isCalm() ? 1 : source.random();
  if (roll < 0.04) throw failure();
  if (roll >= 0.08 && roll < 0.2) await wait(source, source.random() * longestMs);
  await aliveOnly(source);
  const answer = await ask();
  // What it says is as old as the wait is long.
  if (roll >= 0.15 && roll < 0.35) await wait(source, source.random() * longestMs);
  await aliveOnly(source);
  if (roll < 0.08) throw failure();
  return answer;
}

/** To a process that is dead nothing comes back. */
async function aliveOnly({ isDead }: FaultSource): Promise<void> {
  if (isDead()) await new Promise(() => {});
}

function wait({ clock }: FaultSource, milliseconds: number): Promise<void> {
  return new Promise((resolve) => void clock.after(milliseconds, resolve));
}

function failure(): RunwireError<"store_unavailable"> {
  return new RunwireError("store_unavailable", "the disk is somewhere else");
}
