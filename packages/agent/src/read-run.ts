import { isKnownEvent, type LogPage, type RunTarget, RunwireError } from "@runwire/protocol";
import { decodeEvent } from "./encoding/decode-event.js";
import { RunHistory } from "./run/run-history.js";

/** What the log holds of a run, read as far as `offset`. */
export interface ReadRun {
  readonly history: RunHistory;
  readonly leaseMs: number | undefined;
  readonly epoch: string;
  readonly offset: number;
}

/**
 * Reads a run to the log's head: from its start, or on from what was read before. Where the epoch has
 * changed, what was read is of another log, and the reading begins anew.
 *
 * Rejects with the target's codes: `run_not_found`, `forbidden`, …
 */
export async function readRun(
  target: RunTarget,
  { channel, runId }: { readonly channel: string; readonly runId: string },
  before?: ReadRun,
): Promise<ReadRun> {
  let read = before;
  for (;;) {
    const page = await target.fetch({ channel, runId, after: read?.offset ?? 0 });
    if (read && page.epoch !== read.epoch) {
      read = undefined;
      continue;
    }
    read = takePage(runId, read, page);
    if (page.offset >= page.head) return requireStarted(runId, read);
  }
}

function takePage(runId: string, read: ReadRun | undefined, page: LogPage): ReadRun {
  const start = page.events.find((event) => event.type === "agent_started");
  const started =
    start && isKnownEvent(start) && start.type === "agent_started" ? start : undefined;
  const history = read?.history ?? new RunHistory(runId, started?.parentRunId);
  history.recordLogged(page.events.map(decodeEvent));
  return {
    history,
    leaseMs: read?.leaseMs ?? started?.leaseMs,
    epoch: page.epoch,
    offset: Math.max(page.offset, read?.offset ?? 0),
  };
}

function requireStarted(runId: string, read: ReadRun): ReadRun {
  if (read.history.phase !== "absent") return read;
  throw new RunwireError("run_not_found", `the log holds no start of run ${runId}`);
}
