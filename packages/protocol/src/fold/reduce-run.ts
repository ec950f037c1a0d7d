import type { AgentCompleted, AgentEvent, AgentThinking, Custom } from "../wire/events.js";
import type { CustomPart, Part, RunState } from "./channel-state.js";
import { type Draft, setRun } from "./draft.js";
import { customKey, messageKey } from "./part-index.js";
import { completeTool, isOpenTool, updateTool } from "./reduce-tool.js";
import { updatePart } from "./run-parts.js";
import { withFields } from "./with-fields.js";

/** An event of a run that goes on. */
type EventWithinRun = Exclude<AgentEvent, { readonly type: "agent_started" }> | Custom;

/** Applies an event of `run`, which goes on. */
export function reduceRun(draft: Draft, run: RunState, event: EventWithinRun): void {
  switch (event.type) {
    case "agent_thinking":
      addText(draft, run, event);
      break;
    case "tool_executing":
      updateTool(draft, run, event);
      break;
    case "tool_completed":
      completeTool(draft, run, event);
      break;
    case "agent_completed":
      completeRun(draft, run, event);
      break;
    case "custom": {
      const key = event.key === undefined ? undefined : customKey(event.name, event.key);
      updatePart(draft, run, key, (found) => toCustomPart(event, found));
    }
  }
}

/** What the fold keeps of a `custom`; `earlier` itself where that is the same. */
export function toCustomPart(event: Custom, earlier?: Part): CustomPart {
  const { name, time, data } = event;
  if (earlier?.type === "custom" && earlier.time === time && Object.is(earlier.data, data))
    return earlier;
  const part: CustomPart = { type: "custom", name, time };
  return withFields(part, event, ["key", "data"]);
}

function addText(draft: Draft, run: RunState, event: AgentThinking): void {
  const { messageId, kind, delta } = event;
  updatePart(draft, run, messageKey(kind, messageId), (found) => {
    if (found?.type !== "message") return { type: "message", messageId, kind, text: delta };
    return delta === "" ? found : { ...found, text: found.text + delta };
  });
}

function completeRun(draft: Draft, run: RunState, event: AgentCompleted): void {
  const { outcome, time } = event;
  const end = (part: Part): Part =>
    isOpenTool(part) ? { ...part, status: "cancelled", completedAt: time } : part;
  const completed: RunState = {
    ...run,
    status: outcome,
    completedAt: time,
    parts: run.parts.some(isOpenTool) ? run.parts.map(end) : run.parts,
  };
  setRun(draft, withFields(completed, event, ["output", "error", "usage", "durationMs"]));
}
