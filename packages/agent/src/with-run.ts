import type { Clock, RunTarget } from "@runwire/protocol";
import { resolveEnvironment } from "./environment.js";
import { quiet } from "./outbox/waiters.js";
import type { LiveRun } from "./run/live-run.js";
import type { RunWriter, StartRunOptions } from "./run/run-types.js";
import { startLiveRun } from "./start-run.js";

const DEFAULT_CANCEL_GRACE_MS = 5_000;

/** Options of {@link withRun}. */
export interface WithRunOptions extends StartRunOptions {
  /**
   * How long after `run.signal` has aborted the function may still be at work before the run ends without
   * it, milliseconds. @default 5000
   */
  readonly cancelGraceMs?: number;
}

/** What became of the function. */
type Ending<Output> =
  | { readonly type: "returned"; readonly output: Output }
  | { readonly type: "threw"; readonly error: unknown }
  | { readonly type: "overdue" };

/**
 * Runs a function as a run: what it returns is the output (`success`), what it throws the error (`error`,
 * thrown on); when `run.signal` was aborted, the run is `cancelled`.
 *
 * Resolves to what the function returned, once the log has the run's end. Rejects with what it threw, with
 * the signal's reason where it was cancelled and did not stop in time, and with the first failed write.
 *
 * @throws RunwireError as {@link startRun}
 * @example
 * const hits = await withRun(target, { channel: "chat:42", agent: { name: "researcher" } }, async (run) => {
 *   run.think("I look for TODOs.");
 *   return run.tool("grep", { pattern: "TODO" }, (input, { signal }) => grep(input, signal));
 * });
 */
export async function withRun<Output>(
  target: RunTarget,
  options: WithRunOptions,
  fn: (run: RunWriter) => Output | PromiseLike<Output>,
): Promise<Output> {
  const { cancelGraceMs = DEFAULT_CANCEL_GRACE_MS } = options;
  const run = await startLiveRun(target, options);
  const ending = await waitForEnding(run, fn, resolveEnvironment(options).clock, cancelGraceMs);
  const hadFailed = run.failure;
  const ended = quiet(endRun(run, ending));
  if (hadFailed) throw hadFailed.error;
  if (ending.type === "threw") {
    // The function's own error says more than that it could not be told any more.
    await ended.catch(() => {});
    throw ending.error;
  }
  await ended;
  if (ending.type === "overdue") throw run.signal.reason;
  return ending.output;
}

/** The function may have ended the run itself. */
async function endRun(run: LiveRun, ending: Ending<unknown>): Promise<void> {
  if (run.hasEnded) return run[Symbol.asyncDispose]();
  const output = ending.type === "returned" ? { output: ending.output } : {};
  if (run.signal.aborted) return run.cancel(output);
  return ending.type === "threw" ? run.fail(ending.error) : run.complete(output);
}

/** How the function ends; once the signal has aborted, only for so long. */
async function waitForEnding<Output>(
  run: LiveRun,
  fn: (run: RunWriter) => Output | PromiseLike<Output>,
  clock: Clock,
  graceMs: number,
): Promise<Ending<Output>> {
  let cancelTimer = () => {};
  let onAbort = () => {};
  const overdue = new Promise<Ending<Output>>((resolve) => {
    onAbort = () => {
      cancelTimer = clock.after(graceMs, () => resolve({ type: "overdue" }));
    };
    if (run.signal.aborted) onAbort();
    else run.signal.addEventListener("abort", onAbort, { once: true });
  });
  const ending = await Promise.race([settle(run, fn), overdue]);
  run.signal.removeEventListener("abort", onAbort);
  cancelTimer();
  return ending;
}

async function settle<Output>(
  run: RunWriter,
  fn: (run: RunWriter) => Output | PromiseLike<Output>,
): Promise<Ending<Output>> {
  try {
    return { type: "returned", output: await fn(run) };
  } catch (error) {
    return { type: "threw", error };
  }
}
