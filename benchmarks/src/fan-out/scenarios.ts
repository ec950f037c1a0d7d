/** What is published in each turn of the event loop, and how often. */
export interface Scenario {
  readonly title: string;
  readonly eventsPerTurn: number;
  readonly turns: number;
  /** Deltas of one message, which a server may join; else events that stay as they are. */
  readonly canMerge: boolean;
}

export const scenarios = {
  single: { title: "one event for each frame", eventsPerTurn: 1, turns: 3_000, canMerge: false },
  batch: {
    title: "50 events at a time, none of which can be merged",
    ...{ eventsPerTurn: 50, turns: 1_500, canMerge: false },
  },
  merge: {
    title: "50 deltas of one message at a time",
    ...{ eventsPerTurn: 50, turns: 1_500, canMerge: true },
  },
  burst: {
    title: "8 important events in one turn",
    ...{ eventsPerTurn: 8, turns: 1_500, canMerge: false },
  },
} satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;

/** Who hands them out. `ws-batch` and `socket.io-batch` send the events of one turn as one array. */
const servers = ["runwire", "ws", "ws-batch", "socket.io", "socket.io-batch"] as const;
export type ServerName = (typeof servers)[number];

/** About 260 bytes of JSON. */
export function createEvent(index: number, { canMerge }: Scenario) {
  const time = 1_764_000_000_000 + index;
  const common = { runId: "run_5f3a9c1e7b2d4f60", time };
  if (canMerge) {
    const messageId = "msg_0a1b2c3d4e5f6071";
    return { type: "agent_thinking", ...common, messageId, kind: "output", delta: ` word${index}` };
  }
  const data = { step: "s1", index, final: false, text: "x".repeat(90) };
  return { type: "custom", ...common, name: "bench:step_finished", priority: "high", data };
}
