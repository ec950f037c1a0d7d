import type { WireEvent } from "../bare/wire.ts";

/** Events of § 2 that say nothing in particular; every field can be given. */

export const someTime = 1_700_000_000_000;

type Given = Readonly<Record<string, unknown>>;

export function started(runId: string, given: Given = {}): WireEvent {
  return { type: "agent_started", runId, time: someTime, agent: { name: "tester" }, ...given };
}

export function thinking(runId: string, delta: string, given: Given = {}): WireEvent {
  const own = { messageId: "m1", kind: "output", delta };
  return { type: "agent_thinking", runId, time: someTime, ...own, ...given };
}

export function toolExecuting(runId: string, toolCallId: string, given: Given = {}): WireEvent {
  const own = { toolCallId, name: "grep", status: "running" };
  return { type: "tool_executing", runId, time: someTime, ...own, ...given };
}

export function toolCompleted(runId: string, toolCallId: string, given: Given = {}): WireEvent {
  return {
    type: "tool_completed",
    runId,
    time: someTime,
    toolCallId,
    outcome: "success",
    ...given,
  };
}

export function completed(runId: string, given: Given = {}): WireEvent {
  return { type: "agent_completed", runId, time: someTime, outcome: "success", ...given };
}

/** An application's event of the channel itself, or with `runId` of a run. */
export function custom(name: string, given: Given = {}): WireEvent {
  return { type: "custom", time: someTime, name, ...given };
}
