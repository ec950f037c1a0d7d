import {
  type AgentStarted,
  checkLifecycle,
  RunwireError,
  type RunwireEvent,
} from "@runwire/protocol";
import type { AppendRefusal, AppendRequest, RunRow } from "../event-store.js";
import { completeRun, startRun } from "./run-row.js";

/**
 * What an append decides, once its publish key is known to be new. Pure: a store reads the facts and
 * writes the plan in one transaction.
 *
 *   needs ─▶ the store reads the rows ─▶ facts ─▶ planAppend ─┬▶ plan: rows as they stand afterwards
 *                                                            └▶ refusal: code and index, nothing is written
 */

/** What is known of a tool call; a run that has ended needs none of them any more. */
export type ToolState = "open" | "completed";

/** The rows that a decision is made from. */
export interface AppendNeeds {
  /** Absent: events of the channel itself, which need no rows. */
  readonly runId?: string;
  readonly parentRunId?: string;
  readonly toolCallIds: ReadonlySet<string>;
}

/** What is known before the append. */
export interface AppendFacts {
  /** The offset of the channel's latest event. */
  readonly head: number;
  /** By the store's clock, milliseconds. */
  readonly now: number;
  readonly run: RunRow | undefined;
  readonly parent: RunRow | undefined;
  /** Of the tool calls that the events name. */
  readonly tools: ReadonlyMap<string, ToolState>;
}

/** What is to be written; the offsets go on from {@link AppendPlan.first}. */
export interface AppendPlan {
  readonly status: "planned";
  readonly first: number;
  /** The row of the run afterwards; absent for events of the channel itself. */
  readonly run?: RunRow;
  /** The tool calls whose state the append changes; those of a run that has ended can be forgotten. */
  readonly tools: ReadonlyMap<string, ToolState>;
}

type Judgement = Pick<AppendRefusal, "code" | "message">;

/**
 * Names the rows that {@link planAppend} needs.
 *
 * @throws RunwireError `bad_message` for no events, or events of several runs: the facts would not fit them.
 */
export function needsOf({ events }: AppendRequest): AppendNeeds {
  const runId = events[0]?.event.runId;
  const toolCallIds = new Set<string>();
  let parentRunId: string | undefined;
  if (events.length === 0)
    throw new RunwireError("bad_message", "an append needs at least one event");
  for (const { event } of events) {
    if (event.runId !== runId)
      throw new RunwireError(
        "bad_message",
        "the events of one append must all be of one run, or all of the channel",
      );
    if (event.type === "tool_executing" || event.type === "tool_completed")
      toolCallIds.add(event.toolCallId);
    if (event.type === "agent_started") parentRunId ??= event.parentRunId;
  }
  return {
    toolCallIds,
    ...(runId === undefined ? {} : { runId }),
    ...(parentRunId === undefined ? {} : { parentRunId }),
  };
}

/** Decides about all events of an append, in their order; earlier ones count for later ones. */
export function planAppend(request: AppendRequest, facts: AppendFacts): AppendPlan | AppendRefusal {
  const first = facts.head + 1;
  const tools = new Map<string, ToolState>();
  let run = facts.run;
  for (const [index, { event }] of request.events.entries()) {
    const judgement = judge(event, run, tools, request, facts);
    if (judgement !== undefined) return { status: "refused", index, ...judgement };
    run = advance(event, run, first + index, request, facts);
    noteTool(event, tools, facts);
  }
  return {
    status: "planned",
    first,
    tools,
    ...(run === undefined ? {} : { run: touch(run, request, facts) }),
  };
}

function judge(
  event: RunwireEvent,
  run: RunRow | undefined,
  tools: ReadonlyMap<string, ToolState>,
  { writer }: AppendRequest,
  facts: AppendFacts,
): Judgement | undefined {
  if (run?.status === "running" && run.writer !== writer)
    return {
      code: "run_taken",
      message: `run ${run.runId} is written by another writer; take it over first`,
    };
  const tool =
    event.type === "tool_executing" || event.type === "tool_completed"
      ? (tools.get(event.toolCallId) ?? facts.tools.get(event.toolCallId))
      : undefined;
  return (
    checkLifecycle({ run: phaseOf(run), tool }, event) ??
    (event.type === "agent_started" ? judgeParent(event, facts.parent) : undefined)
  );
}

function phaseOf(run: RunRow | undefined): "absent" | "running" | "completed" {
  if (run === undefined) return "absent";
  return run.status === "running" ? "running" : "completed";
}

function judgeParent(
  { runId, parentRunId }: AgentStarted,
  parent: RunRow | undefined,
): Judgement | undefined {
  if (parentRunId === undefined || parent?.status === "running") return undefined;
  const message =
    parent === undefined
      ? `run ${runId} names the parent ${parentRunId}, which never started in this channel`
      : `run ${runId} names the parent ${parentRunId}, which has ended`;
  return { code: "lifecycle_violation", message };
}

function advance(
  event: RunwireEvent,
  run: RunRow | undefined,
  offset: number,
  request: AppendRequest,
  { parent, now }: AppendFacts,
): RunRow | undefined {
  if (event.type === "agent_started") return startRun(event, { ...request, parent, offset, now });
  if (event.type === "agent_completed" && run !== undefined) return completeRun(run, event);
  return run;
}

function noteTool(event: RunwireEvent, tools: Map<string, ToolState>, facts: AppendFacts): void {
  if (event.type === "tool_completed") tools.set(event.toolCallId, "completed");
  if (event.type === "tool_executing" && !facts.tools.has(event.toolCallId))
    tools.set(event.toolCallId, "open");
}

/** Every append renews the lease. */
function touch(run: RunRow, { events }: AppendRequest, { head, now }: AppendFacts): RunRow {
  return { ...run, last: head + events.length, leaseUntil: now + run.leaseMs };
}
