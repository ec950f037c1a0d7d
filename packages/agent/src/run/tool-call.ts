import { type EventError, type Progress, RunwireError, type ToolOutcome } from "@runwire/protocol";
import { toEventError } from "../encoding/event-error.js";
import { quiet } from "../outbox/waiters.js";
import { createDeferred, type Deferred } from "./deferred.js";
import type { RunLog } from "./run-log.js";
import { ToolOutput } from "./tool-output.js";

/** How a tool call ends without success, in the log and for the caller. */
interface BadEnding {
  readonly outcome: Exclude<ToolOutcome, "success">;
  readonly thrown: unknown;
}

type Ending<Output> = BadEnding | { readonly outcome: "success"; readonly output: Output };

/** A tool call at work, whatever it will return. */
export interface LiveCall {
  readonly toolCallId: string;
  readonly signal: AbortSignal;
  readonly isWaiting: boolean;
  progress(progress: Progress): Promise<void>;
  awaitApproval(): Promise<unknown>;
  approve(data: unknown): Promise<void>;
  reject(reason: string | undefined): Promise<void>;
  end(ending: BadEnding): Promise<void>;
}

/** What a tool call is made of. */
export interface ToolCallParts {
  readonly log: RunLog;
  readonly toolCallId: string;
  readonly name: string;
  readonly parentToolCallId?: string;
}

/**
 * One tool call, from its start to its one end. Whoever ends it first decides: the function that carries it
 * out, the run's signal, the run's end, a person.
 */
export class ToolCall<Output> implements LiveCall {
  /** Settles when the call has ended and the log has room; never an unhandled rejection. */
  readonly result: Promise<Output>;
  readonly #parts: ToolCallParts;
  readonly #startedAt: number;
  readonly #output: ToolOutput;
  readonly #abort = new AbortController();
  #settle: Pick<Deferred<Output>, "resolve" | "reject"> | undefined;
  #approval: Deferred<unknown> | undefined;

  constructor(parts: ToolCallParts) {
    this.#parts = parts;
    this.#startedAt = parts.log.now();
    this.#output = new ToolOutput(parts.log.maxDeltaLength);
    const { promise, ...settle } = createDeferred<Output>();
    this.result = promise;
    this.#settle = settle;
  }

  get toolCallId(): string {
    return this.#parts.toolCallId;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isOver(): boolean {
    return this.#settle === undefined;
  }

  /** Whether a person is being asked. */
  get isWaiting(): boolean {
    return this.#approval !== undefined;
  }

  /** Gives up a call that never began: nothing is told of it. */
  abandon(reason: unknown): void {
    this.#settle?.reject(reason);
    this.#settle = undefined;
  }

  /** Tells that the call runs. Throws when the run's order does not allow it. */
  start(input: unknown): Promise<void> {
    const { name, toolCallId, parentToolCallId } = this.#parts;
    return this.#parts.log.write({
      type: "tool_executing",
      toolCallId,
      name,
      ...(parentToolCallId !== undefined && { parentToolCallId }),
      status: "running",
      ...(input !== undefined && { input }),
    });
  }

  progress(progress: Progress): Promise<void> {
    return this.isOver ? Promise.resolve() : this.#writeProgress(this.#output.add(progress));
  }

  /** Ends the call, unless it has ended. Resolves when the log has room for more. */
  end(ending: Ending<Output>): Promise<void> {
    const settle = this.#settle;
    if (!settle) return Promise.resolve();
    this.#settle = undefined;
    this.#writeProgress(this.#output.end());
    const written = this.#writeEnd(ending);
    if (ending.outcome !== "success") this.#endBadly(ending.thrown);
    written.then(
      () =>
        ending.outcome === "success" ? settle.resolve(ending.output) : settle.reject(ending.thrown),
      settle.reject,
    );
    return written;
  }

  /** Asks a person; the same question until it is answered. */
  awaitApproval(): Promise<unknown> {
    if (this.isOver) return quiet(Promise.reject(this.signal.reason));
    if (this.#approval) return this.#approval.promise;
    this.#writeStatus("awaiting_approval");
    this.#approval = createDeferred();
    return this.#approval.promise;
  }

  /** The tool goes on once the log has it, and only then is the person answered. */
  async approve(data: unknown): Promise<void> {
    const approval = this.#takeApproval();
    this.#writeStatus("running");
    try {
      await this.#parts.log.flushed();
    } catch (error) {
      approval?.reject(error);
      throw error;
    }
    // Cancelled meanwhile: what was allowed must not be done any more.
    if (this.isOver) approval?.reject(this.signal.reason);
    else approval?.resolve(data);
  }

  /** Ends the call; the person is answered once the log has it. */
  async reject(reason: string | undefined): Promise<void> {
    const thrown = new RunwireError("rejected", reason ?? `a person rejected ${this.#parts.name}`);
    this.end({ outcome: "cancelled", thrown });
    await this.#parts.log.flushed();
  }

  #takeApproval(): Deferred<unknown> | undefined {
    const approval = this.#approval;
    this.#approval = undefined;
    return approval;
  }

  #endBadly(thrown: unknown): void {
    this.#takeApproval()?.reject(thrown);
    this.#abort.abort(thrown);
  }

  #writeStatus(status: "awaiting_approval" | "running"): void {
    const { name, toolCallId } = this.#parts;
    quiet(this.#parts.log.write({ type: "tool_executing", toolCallId, name, status }));
  }

  #writeProgress(pieces: readonly Progress[]): Promise<void> {
    const { name, toolCallId } = this.#parts;
    const status = this.#approval ? "awaiting_approval" : "running";
    return this.#parts.log.writeAll(
      pieces.map((progress) => ({ type: "tool_executing", toolCallId, name, status, progress })),
    );
  }

  #writeEnd(ending: Ending<Output>): Promise<void> {
    const { log, toolCallId } = this.#parts;
    return log.write({
      type: "tool_completed",
      toolCallId,
      outcome: ending.outcome,
      ...(ending.outcome === "success" && ending.output !== undefined && { output: ending.output }),
      ...toErrorField(ending),
      durationMs: Math.max(0, log.now() - this.#startedAt),
    });
  }
}

/** Being cancelled is no error, unless somebody said why. */
function toErrorField(ending: Ending<unknown>): { readonly error?: EventError } {
  if (ending.outcome === "success") return {};
  const error = toEventError(ending.thrown);
  return ending.outcome === "error" || error.code === "rejected" ? { error } : {};
}
