import {
  checkRun,
  emptyChannelState,
  formatRunReport,
  type LoggedEvent,
  mergeEvents,
  reduceChannel,
} from "../../src/index.js";
import { describeSchemaError, runwireEventSchema } from "../../src/schemas.js";

const run = { runId: "run-1", time: Date.now() };
const events: LoggedEvent[] = [
  { type: "agent_started", ...run, offset: 1, agent: { name: "researcher" } },
  { type: "agent_thinking", ...run, offset: 2, messageId: "m1", kind: "output", delta: "Hel" },
  { type: "agent_thinking", ...run, offset: 3, messageId: "m1", kind: "output", delta: "lo" },
  { type: "agent_completed", ...run, offset: 4, outcome: "success" },
];

// What a page shows. Parts that did not change keep their identity.
const state = reduceChannel(emptyChannelState, events);
console.log(state.runs["run-1"]?.parts); // [{ type: "message", …, text: "Hello" }]

// Fewer events, the same state.
console.log(mergeEvents(events).length); // 3

// The rules of a run's life.
console.log(formatRunReport(checkRun(events))); // run check: ok …

// What may be published.
const result = runwireEventSchema.safeParse({ ...events[1], kind: "thought" });
if (!result.success) console.log(describeSchemaError(result.error)); // kind must be one of reasoning, output
