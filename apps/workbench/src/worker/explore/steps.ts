import type { RunWriter, ToolCallContext } from "@runwire/agent";
import type { ToolPart } from "@runwire/protocol";
import { runTool, type Tool } from "../tools/tool.ts";

/** How a step ended: with the tool's output, or with the sentence that says why not. */
export type StepResult<Output> =
  | { readonly ok: true; readonly output: Output }
  | { readonly ok: false; readonly problem: string };

/** The steps of one run: each is a tool call that is made once, however often the run is taken up. */
export interface Steps {
  /** Calls a tool; `key` names the step in this run. */
  call<Input, Output>(
    key: string,
    tool: Tool<Input, Output>,
    input: Input,
  ): Promise<StepResult<Output>>;
  /** A step that is not one of the tools: hands work to somebody else. */
  delegate<Output>(
    key: string,
    name: string,
    input: unknown,
    work: (context: ToolCallContext) => Promise<Output>,
  ): Promise<StepResult<Output>>;
}

/**
 * The steps of a run in a folder.
 *
 * A run that was taken up from a worker that died has steps behind it: what succeeded is not done again, its
 * recorded output is used; what failed stays failed; what was interrupted is done again under a new id.
 */
export function createSteps(run: RunWriter, folder: string): Steps {
  const earlier = run.state.parts.filter((part) => part.type === "tool");

  const delegate: Steps["delegate"] = async (key, name, input, work) => {
    const done = findDone(earlier, key);
    // What the same step of the same program wrote is what it reads.
    if (done) return toRecorded(done) as StepResult<never>;
    const toolCallId = toFreeId(earlier, key);
    try {
      return {
        ok: true,
        output: await run.tool(name, input, (_input, context) => work(context), { toolCallId }),
      };
    } catch (error) {
      run.signal.throwIfAborted();
      return { ok: false, problem: error instanceof Error ? error.message : String(error) };
    }
  };
  return {
    delegate,
    call: (key, tool, input) =>
      delegate(key, tool.name, input, ({ signal, progress }) =>
        runTool(tool, input, { folder, signal, progress }),
      ),
  };
}

/** The name of the error that ends a tool call whose worker died. */
export const INTERRUPTED = "Interrupted";

function findDone(earlier: readonly ToolPart[], key: string): ToolPart | undefined {
  return earlier.find(
    (part) =>
      isOfStep(part, key) &&
      (part.status === "success" || (part.status === "error" && part.error?.name !== INTERRUPTED)),
  );
}

function toRecorded(part: ToolPart): StepResult<unknown> {
  return part.status === "success"
    ? { ok: true, output: part.output }
    : { ok: false, problem: part.error?.message ?? "it failed" };
}

/** `key`, then `key.2`, `key.3` … for the tries after it. */
function toFreeId(earlier: readonly ToolPart[], key: string): string {
  const tries = earlier.filter((part) => isOfStep(part, key)).length;
  return tries === 0 ? key : `${key}.${tries + 1}`;
}

function isOfStep(part: ToolPart, key: string): boolean {
  return part.toolCallId === key || part.toolCallId.startsWith(`${key}.`);
}
