import fc from "fast-check";
import type { WireEvent } from "../bare/wire.ts";
import {
  completed,
  custom,
  started,
  thinking,
  toolCompleted,
  toolExecuting,
} from "./sample-events.ts";

// Few names, so that events meet; any order, so that the rules of a run's life are broken as well.
const runId = fc.constantFrom("r1", "r2", "r3");
const tool = fc.constantFrom("t1", "t2");
const value = fc.constantFrom(null, 0, "text", { a: [1] });
const maybe = <Value>(name: string, arbitrary: fc.Arbitrary<Value>) =>
  fc
    .option(arbitrary, { nil: undefined })
    .map((drawn) => (drawn === undefined ? {} : { [name]: drawn }));
const merged = (...parts: fc.Arbitrary<object>[]) =>
  fc.tuple(...parts).map((drawn): Record<string, unknown> => Object.assign({}, ...drawn));
const progress = merged(
  maybe("fraction", fc.constantFrom(0, 0.5, 1)),
  maybe("message", fc.constant("m")),
  maybe("outputDelta", fc.constantFrom("", "x")),
);
/** An event of § 2, of one of three runs or of the channel. */
export const anyEvent: fc.Arbitrary<WireEvent> = fc.oneof(
  fc.tuple(runId, maybe("parentRunId", runId)).map(([id, given]) => started(id, given)),
  fc
    .tuple(runId, fc.constantFrom("m1", "m2"), fc.constantFrom("output", "reasoning"), fc.string())
    .map(([id, messageId, kind, delta]) => thinking(id, delta, { messageId, kind })),
  fc
    .tuple(
      runId,
      tool,
      merged(
        maybe("input", value),
        maybe("inputDelta", fc.string()),
        maybe("progress", progress),
        maybe("parentToolCallId", tool),
        maybe("status", fc.constantFrom("preparing", "awaiting_approval")),
      ),
    )
    .map(([id, call, given]) => toolExecuting(id, call, given)),
  fc
    .tuple(runId, tool, merged(maybe("output", value), maybe("durationMs", fc.nat())))
    .map(([id, call, given]) => toolCompleted(id, call, given)),
  fc.tuple(runId, maybe("output", value)).map(([id, given]) => completed(id, given)),
  fc
    .tuple(
      fc.constantFrom("n1", "n2"),
      merged(
        maybe("runId", runId),
        maybe("key", fc.constantFrom("k1", "k2")),
        maybe("data", value),
      ),
    )
    .map(([name, given]) => custom(name, given)),
);

/** Tool calls of a run, and whether they are open. */
type Tools = Map<unknown, boolean>;
type Runs = Map<string, Tools | "ended">;

/** Keeps what a server would have taken: the fold is for logs, and logs keep the rules of § 2. */
export function keepLawful(events: readonly WireEvent[]): WireEvent[] {
  const runs: Runs = new Map();
  return events.filter((event) => event.runId === undefined || admit(runs, event.runId, event));
}

function admit(runs: Runs, runId: string, event: WireEvent): boolean {
  const tools = runs.get(runId);
  if (event.type === "agent_started") return tools === undefined && admitStart(runs, runId, event);
  if (tools === undefined || tools === "ended") return false;
  if (event.type === "agent_completed") runs.set(runId, "ended");
  if (event.type === "tool_executing" || event.type === "tool_completed")
    return admitTool(tools, event);
  return true;
}

function admitStart(runs: Runs, runId: string, { parentRunId }: WireEvent): boolean {
  if (typeof parentRunId === "string" && !(runs.get(parentRunId) instanceof Map)) return false;
  runs.set(runId, new Map());
  return true;
}

function admitTool(tools: Tools, { type, toolCallId }: WireEvent): boolean {
  const isOpen = tools.get(toolCallId);
  if (type === "tool_executing" ? isOpen === false : isOpen !== true) return false;
  tools.set(toolCallId, type === "tool_executing");
  return true;
}
