import { type RunTarget, RunwireError } from "@runwire/protocol";
import { requireChannel, requireRunId } from "./check-options.js";
import { openRun } from "./open-run.js";
import { readRun } from "./read-run.js";
import type { RunWriter, WriterOptions } from "./run/run-types.js";
import { toStartChild } from "./start-run.js";

/** Options of {@link resumeRun}. */
export interface ResumeRunOptions extends WriterOptions {
  readonly channel: string;
  readonly runId: string;
}

/**
 * Takes a run over whose worker has died, and goes on where it stopped: `run.state` says what was done and
 * which tool calls are open. Whoever wrote it before is shut out from then on.
 *
 * @throws RunwireError `invalid_channel`, `invalid_run`; rejects with `run_completed`, `run_not_found`,
 * `forbidden` (only the user who started it may take a run over) and the target's other codes
 * @example
 * const run = await resumeRun(target, { channel: "chat:42", runId });
 * for (const part of run.state.parts)
 *   if (part.type === "tool" && part.completedAt === undefined)
 *     await run.failTool(part.toolCallId, new Error("the worker stopped"));
 */
export async function resumeRun(target: RunTarget, options: ResumeRunOptions): Promise<RunWriter> {
  requireChannel(options.channel);
  requireRunId(options.runId);
  options.signal?.throwIfAborted();
  // Read before the taking too: only the run's start says how often its lease must be renewed.
  const before = await readRun(target, options);
  requireRunning(options.runId, before.history.phase);
  const { run, attach } = openRun(target, before.history, {
    ...options,
    leaseMs: before.leaseMs,
    startChild: toStartChild(target, options),
  });
  await attach(true);
  try {
    // Now nobody else writes: what is read is all there is.
    const read = await readRun(target, options, before);
    if (read.history !== before.history) throw beganAnew(options);
  } catch (error) {
    run.giveUp(error);
    throw error;
  }
  return run;
}

function beganAnew({ channel, runId }: ResumeRunOptions): RunwireError {
  const message = `the log of ${channel} began anew while run ${runId} was taken over; try again`;
  return new RunwireError("run_not_found", message);
}

function requireRunning(runId: string, phase: "absent" | "running" | "completed"): void {
  if (phase === "completed") throw new RunwireError("run_completed", `run ${runId} has ended`);
}
