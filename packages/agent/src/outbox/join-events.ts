import type { AgentThinking, Progress, ToolExecuting } from "@runwire/protocol";

/** An event that may take later ones of its kind in while it waits: text, and the progress of a tool. */
export type JoinableEvent = AgentThinking | ToolExecuting;

/** Events of the same key may be joined, however many of other keys stand between them. */
export function toJoinKey(event: JoinableEvent): string {
  return event.type === "agent_thinking"
    ? `message ${event.kind} ${event.messageId}`
    : `tool ${event.toolCallId}`;
}

/**
 * One event that folds to what the two fold to, with the earlier one's time; `undefined` when their texts
 * together are longer than `maxDeltaLength`. Both are of the same key.
 */
export function joinEvents(
  earlier: JoinableEvent,
  later: JoinableEvent,
  maxDeltaLength: number,
): JoinableEvent | undefined {
  if (deltaOf(earlier).length + deltaOf(later).length > maxDeltaLength) return undefined;
  if (earlier.type === "agent_thinking")
    return { ...earlier, delta: earlier.delta + deltaOf(later) };
  return { ...earlier, progress: joinProgress(earlier, later) };
}

/** The text that an event appends. */
export function deltaOf(event: JoinableEvent): string {
  return event.type === "agent_thinking" ? event.delta : (event.progress?.outputDelta ?? "");
}

function joinProgress(earlier: ToolExecuting, later: JoinableEvent): Progress {
  const outputDelta = deltaOf(earlier) + deltaOf(later);
  const latest = later.type === "tool_executing" ? later.progress : undefined;
  return { ...earlier.progress, ...latest, ...(outputDelta !== "" && { outputDelta }) };
}
