import type { RunTarget } from "@runwire/protocol";
import { requireChannel, requireDescription, requireRunId } from "./check-options.js";
import { shorten } from "./encoding/split-text.js";
import { randomName, resolveEnvironment } from "./environment.js";
import { openRun } from "./open-run.js";
import type { LiveRun } from "./run/live-run.js";
import { RunHistory } from "./run/run-history.js";
import type { RunEvent } from "./run/run-log.js";
import type { RunDescription, RunWriter, StartRunOptions, WriterOptions } from "./run/run-types.js";

const MAX_TITLE_LENGTH = 2_000;

/**
 * Starts a run; resolves once the log has its start.
 *
 * End it with `complete`, `fail` or `cancel`; a run that is disposed without an end is `abandoned`, and one
 * whose process dies is too, when its lease lapses. {@link withRun} does all this by itself.
 *
 * @throws RunwireError `invalid_channel`, `invalid_run`; rejects with the target's codes (`forbidden`,
 * `lifecycle_violation` for a run id that was used before, …)
 * @example
 * await using run = await startRun(target, { channel: "chat:42", agent: { name: "researcher" } });
 * run.say("Done.");
 * await run.complete();
 */
export function startRun(target: RunTarget, options: StartRunOptions): Promise<RunWriter> {
  return startLiveRun(target, options);
}

/** As {@link startRun}, for those who need more of the run than its users. */
export async function startLiveRun(target: RunTarget, options: StartRunOptions): Promise<LiveRun> {
  const { channel, runId = randomName(resolveEnvironment(options)), leaseMs } = options;
  requireChannel(channel);
  requireRunId(runId);
  requireDescription(options);
  options.signal?.throwIfAborted();
  const history = new RunHistory(runId, options.parentRunId);
  const startChild = toStartChild(target, { ...options, channel, runId });
  const { run, log, attach } = openRun(target, history, { ...options, runId, leaseMs, startChild });
  log.write(toStarted(options));
  await log.flushed();
  // Not before: a run that is not in the log yet has no lease to renew.
  await attach();
  return run;
}

/** Starts runs inside a run, in the same channel and world. */
export function toStartChild(
  target: RunTarget,
  parent: WriterOptions & { readonly channel: string; readonly runId: string },
) {
  const { channel, runId: parentRunId } = parent;
  const { clock, randomBytes, redact, names } = parent;
  const { maxBufferedBytes, maxBufferedEvents, maxRetryMs } = parent;
  return (options: Omit<RunDescription, "parentRunId"> & WriterOptions): Promise<RunWriter> =>
    startRun(target, {
      ...withoutAbsent({ clock, randomBytes, redact, names }),
      ...withoutAbsent({ maxBufferedBytes, maxBufferedEvents, maxRetryMs }),
      ...options,
      channel,
      parentRunId,
    });
}

type WithoutAbsent<Options> = {
  readonly [Key in keyof Options]?: Exclude<Options[Key], undefined>;
};

function withoutAbsent<Options extends object>(options: Options): WithoutAbsent<Options> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  // The same members, but for the absent ones.
  return Object.fromEntries(given) as WithoutAbsent<Options>;
}

function toStarted(options: StartRunOptions): RunEvent {
  const { agent, title, parentRunId, parentToolCallId, input, metadata, leaseMs } = options;
  return {
    type: "agent_started",
    agent: toAgent(agent),
    ...(parentRunId !== undefined && { parentRunId }),
    ...(parentToolCallId !== undefined && { parentToolCallId }),
    ...(title !== undefined && { title: shorten(title, MAX_TITLE_LENGTH) }),
    ...(input !== undefined && { input }),
    ...(metadata !== undefined && { metadata }),
    ...(leaseMs !== undefined && { leaseMs }),
  };
}

/** Only what the protocol knows of an agent, whatever else the object holds. */
function toAgent({ name, id, model }: StartRunOptions["agent"]): StartRunOptions["agent"] {
  return { name, ...(id !== undefined && { id }), ...(model !== undefined && { model }) };
}
