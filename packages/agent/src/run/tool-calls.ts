import { RunwireError } from "@runwire/protocol";
import { toEventError } from "../encoding/event-error.js";
import { requireName } from "./check-names.js";
import type { RunLog } from "./run-log.js";
import type {
  ChildRunOptions,
  RunWriter,
  ToolCallContext,
  ToolCallOptions,
  ToolFunction,
} from "./run-types.js";
import { type LiveCall, ToolCall } from "./tool-call.js";

/** Starts a run that a tool call carries out. */
type StartChild = (options: ChildRunOptions) => Promise<RunWriter>;

/** The tool calls of a run: those at work in this process, and what is known of the others. */
export class ToolCalls {
  readonly #log: RunLog;
  readonly #signal: AbortSignal;
  readonly #startChild: StartChild;
  readonly #live = new Map<string, LiveCall>();
  #count = 0;

  constructor(log: RunLog, signal: AbortSignal, startChild: StartChild) {
    this.#log = log;
    this.#signal = signal;
    this.#startChild = startChild;
    const onAbort = () => this.cancelAll(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  }

  /** See `RunWriter.tool`. Throws at once when the call may not begin. */
  run<Input, Output>(
    name: string,
    input: Input,
    fn: ToolFunction<Input, Output>,
    options: ToolCallOptions,
  ): Promise<Output> {
    const call = new ToolCall<Output>({
      log: this.#log,
      name: requireName("tool name", name),
      toolCallId: this.#chooseId(options.toolCallId),
      ...(options.parentToolCallId !== undefined && {
        parentToolCallId: requireName("tool call id", options.parentToolCallId),
      }),
    });
    // Begun in an aborted run: the event would tell of something that never happened.
    if (this.#signal.aborted && this.#log.history.phase === "running") {
      call.abandon(this.#signal.reason);
      return call.result;
    }
    const room = call.start(input);
    this.#live.set(call.toolCallId, call);
    void this.#carryOut(call, room, () => fn(input, this.#contextOf(call)));
    return call.result;
  }

  /** See `RunWriter.failTool`. */
  fail(toolCallId: string, thrown: unknown): Promise<void> {
    const call = this.#live.get(toolCallId);
    if (!call)
      return this.#log.write({
        type: "tool_completed",
        toolCallId,
        outcome: "error",
        error: toEventError(thrown),
      });
    return call.end({ outcome: "error", thrown });
  }

  /** Ends every call that is at work; their functions learn it from their signals. */
  cancelAll(reason: unknown): void {
    for (const call of [...this.#live.values()]) call.end({ outcome: "cancelled", thrown: reason });
    this.#live.clear();
  }

  /** Answers what a call waits for. @throws RunwireError `already_resolved`, `no_handler` */
  decide(decision: "approve" | "reject", data: unknown): Promise<void> {
    const { toolCallId, reason } = readDecision(data);
    const call = this.#live.get(toolCallId);
    if (call?.isWaiting) return decision === "approve" ? call.approve(data) : call.reject(reason);
    if (this.#log.history.approvalOf(toolCallId) === "decided")
      throw new RunwireError("already_resolved", `tool call ${toolCallId} was answered before`);
    throw new RunwireError("no_handler", `tool call ${toolCallId} waits for no approval`);
  }

  async #carryOut<Output>(
    call: ToolCall<Output>,
    room: Promise<void>,
    work: () => Output | PromiseLike<Output>,
  ): Promise<void> {
    try {
      await room;
      // The run may have been cancelled while there was no room.
      if (!call.isOver) call.end({ outcome: "success", output: await work() });
    } catch (thrown) {
      call.end({ outcome: "error", thrown });
    } finally {
      if (this.#live.get(call.toolCallId) === call) this.#live.delete(call.toolCallId);
    }
  }

  #contextOf(call: LiveCall): ToolCallContext {
    const { toolCallId, signal } = call;
    return {
      toolCallId,
      signal,
      progress: (progress) => call.progress(progress),
      awaitApproval: () => call.awaitApproval(),
      startRun: async (options) => {
        // Whoever sees the child must have seen the call that it carries out.
        await this.#log.flushed();
        return this.#startChild({
          ...options,
          parentToolCallId: toolCallId,
          signal: options.signal ? AbortSignal.any([signal, options.signal]) : signal,
        });
      },
    };
  }

  #chooseId(given: string | undefined): string {
    const { history } = this.#log;
    if (given === undefined) return this.#nextId();
    if (!history.hasTool(requireName("tool call id", given))) return given;
    throw new RunwireError(
      "lifecycle_violation",
      `tool call ${given} was started before in this run; give each call an id of its own`,
    );
  }

  #nextId(): string {
    let toolCallId: string;
    do toolCallId = `t${++this.#count}`;
    while (this.#log.history.hasTool(toolCallId));
    return toolCallId;
  }
}

function readDecision(data: unknown): { toolCallId: string; reason: string | undefined } {
  const { toolCallId, reason } = Object(data) as { toolCallId?: unknown; reason?: unknown };
  if (typeof toolCallId !== "string")
    throw new RunwireError("no_handler", "approve and reject need data: { toolCallId }");
  return { toolCallId, reason: typeof reason === "string" ? reason : undefined };
}
