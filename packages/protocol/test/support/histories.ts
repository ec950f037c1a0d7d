import * as fc from "fast-check";
import type { LoggedEvent, UnknownEvent } from "../../src/index.js";

type Event = LoggedEvent | UnknownEvent;

const runIds = fc.constantFrom("r1", "r2", "__proto__");
const time = fc.integer({ min: 0, max: 50 });
// Halves of a pair and empty texts are what joining could get wrong.
const text = fc.constantFrom("", "a", "bc", "\ud83d\ude00", "\ud83d", "\ude00", '"\n', "é€");
const value = fc.constantFrom<unknown[]>(null, 0, "x", { a: 1 }, [1], { $undefined: true });
const optional = { requiredKeys: [] };

const started = fc
  .record({
    runId: runIds,
    time,
    agent: fc.constant({ name: "agent" }),
    parentRunId: fc.option(runIds, { nil: undefined, freq: 3 }),
    title: fc.constantFrom("t", "u"),
  })
  .map(({ parentRunId, ...event }) => ({
    type: "agent_started",
    ...event,
    ...(parentRunId !== undefined && { parentRunId }),
  }));

const thinking = fc.record({
  type: fc.constant("agent_thinking"),
  runId: runIds,
  time,
  messageId: fc.constantFrom("m1", "constructor"),
  kind: fc.constantFrom("reasoning", "output"),
  delta: text,
});

const toolOptions = fc.record(
  {
    parentToolCallId: fc.constant("t0"),
    input: value,
    inputDelta: text,
    progress: fc.record(
      { fraction: fc.constantFrom(0, 0.5, 1), message: text, outputDelta: text },
      optional,
    ),
  },
  optional,
);

const executing = fc
  .record({
    runId: runIds,
    time,
    toolCallId: fc.constantFrom("t1", "t2"),
    name: fc.constantFrom("n1", "n2"),
    status: fc.constantFrom("preparing", "awaiting_approval", "running"),
    options: toolOptions,
  })
  .map(({ options, ...event }) => ({ type: "tool_executing", ...event, ...options }));

const toolCompleted = fc.record({
  type: fc.constant("tool_completed"),
  runId: runIds,
  time,
  toolCallId: fc.constantFrom("t1", "t2"),
  outcome: fc.constantFrom("success", "error", "cancelled"),
});

const completed = fc.record({
  type: fc.constant("agent_completed"),
  runId: runIds,
  time,
  outcome: fc.constantFrom("success", "abandoned"),
});

const customOptions = fc.record(
  {
    runId: runIds,
    key: fc.constantFrom("k1", "__proto__"),
    data: value,
    priority: fc.constant("high"),
  },
  optional,
);

const custom = fc
  .record({ time, name: fc.constantFrom("c1", "__proto__"), options: customOptions })
  .map(({ options, ...event }) => ({ type: "custom", ...event, ...options }));

const unknown = fc.record({ type: fc.constant("agent_dreaming"), runId: runIds, time });

const anyEvent = fc.oneof(
  { weight: 2, arbitrary: started },
  { weight: 8, arbitrary: thinking },
  { weight: 8, arbitrary: executing },
  { weight: 2, arbitrary: toolCompleted },
  { weight: 1, arbitrary: completed },
  { weight: 5, arbitrary: custom },
  { weight: 1, arbitrary: unknown },
);

/** Sometimes a field of a later version, at the top or in `progress`. */
const withUnknownField = fc
  .tuple(anyEvent, fc.nat(11))
  .map(([event, dice]) =>
    dice === 0
      ? { ...event, later: 1 }
      : dice === 1 && "progress" in event && event.progress
        ? { ...event, progress: { ...event.progress, later: 1 } }
        : event,
  );

const begun = ["r1", "__proto__"].map((runId) => ({
  type: "agent_started",
  runId,
  time: 0,
  agent: { name: "agent" },
}));

/** Whatever order: much of it no log would hold, and the fold has to have one answer all the same. */
export const anyHistory: fc.Arbitrary<readonly Event[]> = fc
  .tuple(fc.boolean(), fc.array(withUnknownField, { maxLength: 60, size: "max" }))
  .map(([isBegun, events]) => (isBegun ? [...begun, ...events] : events))
  // Each arbitrary above makes the fields that its type of event has.
  .map((events) => events.map((event, place) => ({ ...event, offset: place + 1 }) as Event));
