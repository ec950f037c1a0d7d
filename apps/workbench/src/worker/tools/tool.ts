import type { Progress } from "@runwire/protocol";

/** What a tool works with. */
export interface ToolContext {
  /** The real path of the folder; nothing outside it may be read. */
  readonly folder: string;
  /** Aborts when the run is cancelled, or the tool's time is up. */
  readonly signal: AbortSignal;
  progress(progress: Progress): void;
}

/** One thing that the agent can do. Tools only read. */
export interface Tool<Input, Output> {
  readonly name: string;
  /** How long it may take, milliseconds. */
  readonly timeLimitMs: number;
  run(input: Input, context: ToolContext): Promise<Output>;
}

/**
 * Runs a tool within its time: also one that does not look at its signal is left behind then.
 *
 * @throws Error with a sentence when the time is up, the run's own reason when it was cancelled
 */
export async function runTool<Input, Output>(
  tool: Tool<Input, Output>,
  input: Input,
  context: ToolContext,
): Promise<Output> {
  const timeUp = AbortSignal.timeout(tool.timeLimitMs);
  const signal = AbortSignal.any([context.signal, timeUp]);
  try {
    return await Promise.race([tool.run(input, { ...context, signal }), rejectWhenAborted(signal)]);
  } catch (error) {
    if (!timeUp.aborted || context.signal.aborted) throw error;
    const seconds = tool.timeLimitMs / 1000;
    throw new Error(`${tool.name} took longer than ${seconds} s and was stopped`);
  }
}

function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
