import {
  protocolLimits,
  type RunAttachment,
  type RunTarget,
  RunwireError,
} from "@runwire/protocol";
import { createEventEncoder } from "./encoding/encode-event.js";
import { resolveEnvironment } from "./environment.js";
import { Outbox } from "./outbox/outbox.js";
import { LiveRun } from "./run/live-run.js";
import type { RunHistory } from "./run/run-history.js";
import { RunLog } from "./run/run-log.js";
import type { ChildRunOptions, RunWriter, WriterOptions } from "./run/run-types.js";
import { Undos } from "./run/undos.js";
import { toOutboxKey, writerOf } from "./writer.js";

const DEFAULT_BUFFERED_BYTES = 1024 * 1024;
const DEFAULT_BUFFERED_EVENTS = 1_000;
/** How many leases long a publish is tried again; the run's lease is renewed meanwhile. */
const RETRIED_LEASES = 10;

/** Which run is opened, and how. */
export interface OpenRunOptions extends WriterOptions {
  readonly channel: string;
  readonly runId: string;
  readonly leaseMs?: number | undefined;
  readonly startChild: (options: ChildRunOptions) => Promise<RunWriter>;
}

/** A run in this process, not yet started or attached. */
export interface OpenRun {
  readonly run: LiveRun;
  readonly log: RunLog;
  /** Has the target renew the lease and hand over commands until the run is released. */
  attach(take?: true): Promise<void>;
}

/** Puts the parts of a run's writer together. */
export function openRun(target: RunTarget, history: RunHistory, options: OpenRunOptions): OpenRun {
  const { channel, runId, commands = {}, startChild } = options;
  const environment = resolveEnvironment(options);
  const encoder = createEventEncoder(target.maxEventBytes, options);
  const writer = writerOf(target, environment);
  const abort = new AbortController();
  const undos = new Undos();
  undos.add(linkSignal(options.signal, abort));
  const outbox = new Outbox({
    ...environment,
    target,
    channel,
    writer,
    ...toBufferOptions(options),
    maxDeltaLength: encoder.maxDeltaLength,
    onFailure: (error) => {
      abort.abort(error);
      undos.run();
    },
  });
  const log = new RunLog({ runId, clock: environment.clock, encoder, outbox, history });
  const { commandAnswers } = writer;
  const parts = { runId, channel, log, outbox, undos, abort, commands, commandAnswers, startChild };
  const run = new LiveRun(parts);
  return { run, log, attach };

  async function attach(take?: true): Promise<void> {
    const { leaseMs } = options;
    const attachment: RunAttachment = {
      channel,
      runId,
      writer: writer.name,
      ...(leaseMs !== undefined && { leaseMs }),
      ...(take && { take }),
    };
    try {
      undos.add(await target.attachRun(attachment, run));
      register();
    } catch (error) {
      run.giveUp(error);
      throw error;
    }
  }

  /** A writer of the same run in this process, from before it was taken up, is over as if it had died. */
  function register(): void {
    const key = toOutboxKey(channel, runId);
    writer.runOutboxes
      .get(key)
      ?.fail(new RunwireError("run_taken", `run ${runId} was taken up again`));
    writer.runOutboxes.set(key, outbox);
    undos.add(() => {
      if (writer.runOutboxes.get(key) === outbox) writer.runOutboxes.delete(key);
    });
  }
}

function toBufferOptions(options: OpenRunOptions) {
  const leaseMs = options.leaseMs ?? protocolLimits.defaultLeaseMs;
  return {
    maxBufferedBytes: options.maxBufferedBytes ?? DEFAULT_BUFFERED_BYTES,
    maxBufferedEvents: options.maxBufferedEvents ?? DEFAULT_BUFFERED_EVENTS,
    maxRetryMs: options.maxRetryMs ?? RETRIED_LEASES * leaseMs,
  };
}

/** Aborts `abort` with the signal. The returned function ends that: a signal may outlive many runs. */
function linkSignal(signal: AbortSignal | undefined, abort: AbortController): () => void {
  if (!signal) return () => {};
  const onAbort = () => abort.abort(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return () => signal.removeEventListener("abort", onAbort);
}
