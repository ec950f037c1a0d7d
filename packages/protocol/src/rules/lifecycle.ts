import type { AgentStarted, RunwireEvent } from "../wire/events.js";

/**
 * The life of a run, in offset order:
 *
 *   agent_started ─▶ (agent_thinking | custom | tool_executing… ─▶ tool_completed)* ─▶ agent_completed ─▶ nothing
 *
 * One decision for one event, from what is known of its run and its tool call, so that a store with rows,
 * a writer in memory and a report over a finished history all judge alike.
 */

/** What is known before an event: its run, and the tool call that it names. */
export interface LifecycleFacts {
  readonly run: "absent" | "running" | "completed";
  /** Absent: no event has named this tool call, or the event names none. */
  readonly tool?: "open" | "completed" | undefined;
  /** The run that an `agent_started` names as its parent. Absent: it names none, or it is not to be judged. */
  readonly parent?: "absent" | "running" | "completed" | undefined;
}

/** Why an event may not come now. */
export interface LifecycleViolation {
  readonly code: "run_completed" | "run_not_found" | "lifecycle_violation";
  readonly message: string;
}

/**
 * Decides whether `event` may come now; `undefined` means that it may.
 *
 * @example
 * checkLifecycle({ run: "completed" }, event)?.code; // "run_completed"
 */
export function checkLifecycle(
  facts: LifecycleFacts,
  event: RunwireEvent,
): LifecycleViolation | undefined {
  if (event.runId === undefined) return undefined;
  if (facts.run === "completed")
    return violation(
      "run_completed",
      `run ${event.runId} has ended; nothing may follow its agent_completed`,
    );
  if (event.type === "agent_started") return checkStart(facts, event);
  if (facts.run === "absent")
    return violation(
      "run_not_found",
      `run ${event.runId} never started; publish its agent_started first`,
    );
  return checkTool(facts.tool, event);
}

function checkStart(facts: LifecycleFacts, event: AgentStarted): LifecycleViolation | undefined {
  if (facts.run !== "absent")
    return violation("lifecycle_violation", `run ${event.runId} has already started`);
  if (facts.parent === undefined || facts.parent === "running") return undefined;
  return violation(
    "lifecycle_violation",
    `run ${event.runId} names a parent that ${facts.parent === "absent" ? "never started" : "has ended"}: ${event.parentRunId}`,
  );
}

function checkTool(
  tool: LifecycleFacts["tool"],
  event: RunwireEvent,
): LifecycleViolation | undefined {
  if (event.type === "tool_executing" && tool === "completed")
    return violation("lifecycle_violation", `tool call ${event.toolCallId} is already completed`);
  if (event.type !== "tool_completed" || tool === "open") return undefined;
  return tool === "completed"
    ? violation("lifecycle_violation", `tool call ${event.toolCallId} is already completed`)
    : violation(
        "lifecycle_violation",
        `tool call ${event.toolCallId} was never started; publish tool_executing first`,
      );
}

function violation(code: LifecycleViolation["code"], message: string): LifecycleViolation {
  return { code, message };
}
