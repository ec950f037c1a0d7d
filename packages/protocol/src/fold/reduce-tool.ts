import type { ToolCompleted, ToolExecuting } from "../wire/events.js";
import type { Part, RunState, ToolPart } from "./channel-state.js";
import type { Draft } from "./draft.js";
import { toolKey } from "./part-index.js";
import { updatePart } from "./run-parts.js";
import { withFields } from "./with-fields.js";

/** Applies a sign of a tool call: its first, or an update. */
export function updateTool(draft: Draft, run: RunState, event: ToolExecuting): void {
  const { toolCallId, name, status, time } = event;
  updatePart(draft, run, toolKey(toolCallId), (found) => {
    if (!found) return advance({ type: "tool", toolCallId, name, status, startedAt: time }, event);
    return isOpenTool(found) ? advance(found, event) : found;
  });
}

/** Applies the end of a tool call that is open. */
export function completeTool(draft: Draft, run: RunState, event: ToolCompleted): void {
  updatePart(draft, run, toolKey(event.toolCallId), (found) => {
    if (!isOpenTool(found)) return found;
    const completed: ToolPart = { ...found, status: event.outcome, completedAt: event.time };
    return withFields(completed, event, ["output", "error", "durationMs"]);
  });
}

/** Whether a part is a tool call that has not ended. */
export function isOpenTool(part: Part | undefined): part is ToolPart {
  return part?.type === "tool" && part.completedAt === undefined;
}

function advance(tool: ToolPart, event: ToolExecuting): ToolPart {
  const { inputDelta, progress = {} } = event;
  const { outputDelta } = progress;
  const before = tool.progress ?? {};
  const after = withFields(before, progress, ["fraction", "message"]);
  const next = withFields(tool, event, ["name", "parentToolCallId", "status", "input"]);
  const grown = {
    ...(inputDelta !== undefined && { inputText: (tool.inputText ?? "") + inputDelta }),
    ...(outputDelta !== undefined && { outputText: (tool.outputText ?? "") + outputDelta }),
    ...(after !== before && { progress: after }),
  };
  return withFields(next, grown, ["inputText", "outputText", "progress"]);
}
