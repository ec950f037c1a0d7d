import type { RunwireEvent } from "@runwire/protocol";
import type { EncodedEvent } from "@runwire/store";
import { createSqliteStore } from "@runwire/store/sqlite";

/** One channel with one long history of streamed tokens, and a chat of many short runs. */
export const long = { channel: "long", runs: 100, deltas: 998 } as const;
export const chat = { channel: "chat", runs: 500, deltas: 38 } as const;

type Shape = typeof long | typeof chat;

/** Events of each run: its start, its deltas, its end. */
export const eventsOf = ({ runs, deltas }: Shape) => runs * (deltas + 2);

export async function writeHistory(file: string): Promise<void> {
  const store = createSqliteStore({ file, durability: "normal" });
  for (const shape of [long, chat])
    for (let number = 1; number <= shape.runs; number += 1) {
      const { channel } = shape;
      const events = createRun(`run_5f3a9c1e7b2d${number}`, shape.deltas);
      for (let first = 0; first < events.length; first += 200)
        await store.append({
          ...{ channel, writer: "bench", id: `${number}-${first}`, actor: { type: "server" } },
          events: events.slice(first, first + 200),
        });
    }
  await store.close();
}

function createRun(runId: string, deltas: number): readonly EncodedEvent[] {
  const base = { runId, time: 1_750_000_000_000 };
  const texts = Array.from({ length: deltas }, (_, index) => ({
    ...({
      type: "agent_thinking",
      kind: "output",
      messageId: `m${Math.floor(index / 300)}`,
    } as const),
    ...{ ...base, delta: words[index % words.length] ?? "" },
  }));
  const events: readonly RunwireEvent[] = [
    { type: "agent_started", ...base, agent: { name: "researcher", model: "large" } },
    ...texts,
    { type: "agent_completed", ...base, outcome: "success" },
  ];
  return events.map((event) => ({ event, json: JSON.stringify(event) }));
}

const words = [
  "The",
  " failing",
  " test",
  " is",
  " in",
  " the",
  " pars",
  "er",
  ":",
  " it",
  " drops",
  " “€”",
  ".\n",
];
