import type { RunOutcome, RunwireEvent } from "../wire/events.js";
import type { LifecycleFacts } from "./lifecycle.js";

/** What is known of a run while its events go by. */
export interface SeenRun {
  readonly runId: string;
  status: "running" | RunOutcome;
  events: number;
  readonly tools: Map<string, "open" | "completed">;
}

/** The runs whose events have gone by. */
export type SeenRuns = Map<string, SeenRun>;

/** What is known before `event`, for `checkLifecycle`. */
export function factsOf(runs: SeenRuns, event: RunwireEvent): LifecycleFacts {
  const run = event.runId === undefined ? undefined : runs.get(event.runId);
  const parentId = event.type === "agent_started" ? event.parentRunId : undefined;
  const parent = parentId === undefined ? undefined : runs.get(parentId);
  return {
    run: run ? phaseOf(run) : "absent",
    tool: "toolCallId" in event ? run?.tools.get(event.toolCallId) : undefined,
    // A parent that is not among the events may stand elsewhere in the channel.
    parent: parent && phaseOf(parent),
  };
}

function phaseOf(run: SeenRun): "running" | "completed" {
  return run.status === "running" ? "running" : "completed";
}

/** Goes on as if the event were allowed, so that one mistake is reported once. */
export function follow(runs: SeenRuns, event: RunwireEvent, runId: string): void {
  const run = runs.get(runId) ?? { runId, status: "running", events: 0, tools: new Map() };
  runs.set(runId, run);
  run.events++;
  if (run.status !== "running") return;
  if (event.type === "agent_completed") run.status = event.outcome;
  else if (event.type === "tool_completed") run.tools.set(event.toolCallId, "completed");
  else if (event.type === "tool_executing" && !run.tools.has(event.toolCallId))
    run.tools.set(event.toolCallId, "open");
}

/** The tool calls of a run that were not completed. */
export function openToolsOf(run: SeenRun): string[] {
  return [...run.tools].filter(([, state]) => state === "open").map(([toolCallId]) => toolCallId);
}
