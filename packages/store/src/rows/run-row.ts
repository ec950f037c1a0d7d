import {
  type Agent,
  type AgentCompleted,
  type AgentStarted,
  protocolLimits,
} from "@runwire/protocol";
import type { Actor, RunRow } from "../event-store.js";

/** What the row of a new run needs beside its first event. */
interface RunStart {
  readonly channel: string;
  readonly writer: string;
  readonly actor: Actor;
  readonly parent: RunRow | undefined;
  readonly offset: number;
  readonly now: number;
}

/** The row of a run that has just started. */
export function startRun(event: AgentStarted, start: RunStart): RunRow {
  const leaseMs = event.leaseMs ?? protocolLimits.defaultLeaseMs;
  return {
    channel: start.channel,
    runId: event.runId,
    ...(event.parentRunId === undefined ? {} : { parentRunId: event.parentRunId }),
    rootRunId: start.parent?.rootRunId ?? event.runId,
    agent: toAgent(event.agent),
    ...(event.title === undefined ? {} : { title: event.title }),
    status: "running",
    startedAt: event.time,
    first: start.offset,
    last: start.offset,
    writer: start.writer,
    owner: start.actor,
    leaseMs,
    leaseUntil: start.now + leaseMs,
  };
}

/** The row of a run after its last event. */
export function completeRun(run: RunRow, { outcome, time }: AgentCompleted): RunRow {
  return { ...run, status: outcome, completedAt: time };
}

/** Whether the run goes on and nobody has given a sign for a whole lease. */
export function isLapsed(run: RunRow, now: number): boolean {
  return run.status === "running" && run.leaseUntil <= now;
}

/** Only what a list tells of an agent; whatever else the event has stays in the log. */
function toAgent({ name, id, model }: Agent): Agent {
  return { name, ...(id === undefined ? {} : { id }), ...(model === undefined ? {} : { model }) };
}
