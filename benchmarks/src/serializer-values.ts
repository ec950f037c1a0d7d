/** What the serializer benchmark writes: the shapes of a real run, from small to rich. */

/** One step of an agent's thinking, about 230 bytes of JSON. */
export const plainEvent = {
  type: "agent_thinking",
  runId: "run_7f3c2a91d4",
  messageId: "message_12",
  kind: "reasoning",
  delta: "The failing test reads the fixture twice, so ",
  time: 1_790_000_000_123,
  offset: 421,
  metadata: { model: "small", temperature: 0.2, cached: false, parent: null },
};

/** A tool's result of about 4 KB. */
export const plainResult = {
  type: "tool_completed",
  runId: "run_7f3c2a91d4",
  toolCallId: "call_9",
  outcome: "success",
  durationMs: 183.25,
  output: {
    total: 24,
    truncated: false,
    matches: Array.from({ length: 24 }, (_, index) => ({
      file: `packages/server/src/channels/file-${index}.ts`,
      line: index * 17 + 3,
      column: index % 40,
      text: `  // TODO: "${index}" is read again after a resume, see the plan\n`,
      score: index / 7,
      tags: ["todo", index % 2 === 0 ? "even" : null],
    })),
  },
};

class Position {
  readonly line: number;
  readonly column: number;

  constructor(line: number, column: number) {
    this.line = line;
    this.column = column;
  }
}

/** The same text on every machine: the real one would hold its paths. */
const frames = [
  "    at readPage (file:///srv/app/packages/server/dist/log/read-page.js:54:14)",
  "    at EventLog.read (file:///srv/app/packages/server/dist/log/event-log.js:118:22)",
  "    at Subscription.catchUp (file:///srv/app/packages/server/dist/channels.js:77:31)",
  "    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)",
].join("\n");

function withStack<Kind extends Error>(error: Kind): Kind {
  error.stack = `${error.name}: ${error.message}\n${frames}`;
  return error;
}

/** A date, a BigInt, an error with its cause, a Map, a Set, a class instance, a cycle. */
export function createRichValue(): object {
  const cause = withStack(new RangeError("the offset lies beyond the log"));
  const value: Record<string, unknown> = {
    type: "tool_completed",
    toolCallId: "call_10",
    startedAt: new Date(1_790_000_000_000),
    size: 9_007_199_254_740_993n,
    failure: withStack(new Error("the page could not be read", { cause })),
    counts: new Map<string, number>([
      ["read", 12],
      ["written", 7],
    ]),
    seen: new Set(["a.ts", "b.ts", "c.ts"]),
    at: new Position(12, 40),
    missing: undefined,
    ratio: Number.NaN,
    files: ["a.ts", "b.ts", "c.ts"].map((file) => ({ file, lines: 120, ok: true })),
  };
  value.self = value;
  return value;
}
