import type { Agent, Progress, RunState, Usage, UserRef } from "@runwire/protocol";
import type { ValueOptions } from "../encoding/encode-event.js";
import type { Environment } from "../environment.js";

/** Text of a message. */
export interface TextOptions {
  /**
   * Appends to this message. 1 to 128 characters.
   * @default the current message, or a new one after a tool was started, a `custom` without key, or text of the other kind
   */
  readonly messageId?: string;
}

/** Options of {@link RunWriter.tool}. */
export interface ToolCallOptions {
  /** New in this run. 1 to 128 characters. @default `t1`, `t2`, … */
  readonly toolCallId?: string;
  /** The tool call that this one is a part of. */
  readonly parentToolCallId?: string;
}

/** What a tool is given beside its input. */
export interface ToolCallContext {
  readonly toolCallId: string;
  /** Aborts when the call is over for the log: the run was cancelled or has ended, or the call was failed or rejected. */
  readonly signal: AbortSignal;
  /** Tells how far the tool is; a `message` is cut at 500 characters. Awaiting it is back-pressure; once the call is over it does nothing. */
  progress(progress: Progress): Promise<void>;
  /** Starts a run that carries out this call; it is cancelled with it. */
  startRun(options: ChildRunOptions): Promise<RunWriter>;
  /**
   * Waits for a person. Resolves to the data of their `approve`; on `reject` the call ends as `cancelled`
   * and this rejects with a `RunwireError` `rejected`, as it does with the signal's reason on abort.
   */
  awaitApproval(): Promise<unknown>;
}

/** Carries out a tool call; what it returns is the call's output. */
export type ToolFunction<Input, Output> = (
  input: Input,
  context: ToolCallContext,
) => Output | PromiseLike<Output>;

/** Options of {@link RunWriter.custom}. */
export interface CustomOptions {
  /** Later ones of the same name and key replace this one. 1 to 128 characters. */
  readonly key?: string;
  /** `"high"` is delivered at once instead of with the next batch. */
  readonly priority?: "high";
}

/** A command, beside its data. */
export interface CommandInfo {
  readonly commandId: string;
  readonly name: string;
  readonly user?: UserRef;
}

/**
 * Handles a person's command. `data` is decoded; what it returns is the command's result. When it throws,
 * the person sees the error's message, and its `code` where that is a string.
 */
export type CommandHandler = (data: unknown, command: CommandInfo) => unknown;

/** How a run ends well. */
export interface CompleteOptions {
  readonly output?: unknown;
  readonly usage?: Usage;
}

/** What all runs of a writer share. */
export interface WriterOptions extends Partial<Environment>, ValueOptions {
  /** Aborting it cancels the run: `run.signal` aborts with its reason. */
  readonly signal?: AbortSignal;
  /** Handlers that stand from the first moment on, by the commands' names; see {@link RunWriter.on}. */
  readonly commands?: { readonly [name: string]: CommandHandler };
  /**
   * Above so many bytes that wait to be published, what `think`, `say`, `progress` and `custom` return
   * stays pending. A run that nobody waits for fails with `buffer_full` at 16 times this. @default 1048576
   */
  readonly maxBufferedBytes?: number;
  /** The same for events. @default 1000 */
  readonly maxBufferedEvents?: number;
  /**
   * How long one publish is tried again after `store_unavailable`, `store_full` or `rate_limited`,
   * milliseconds. The lease is renewed all the while. @default 10 times the lease
   */
  readonly maxRetryMs?: number;
}

/** Who runs, and what for. */
export interface RunDescription {
  /** 1 to 128 of `A–Z a–z 0–9 . _ : @ + -`. @default random */
  readonly runId?: string;
  readonly agent: Agent;
  /** For people; cut at 2,000 characters. */
  readonly title?: string;
  readonly input?: unknown;
  readonly metadata?: unknown;
  /** How long the run outlives its writer's last sign, 5,000 to 86,400,000 ms. @default 60000 */
  readonly leaseMs?: number;
  /** The run, in this channel, that this one is a part of. */
  readonly parentRunId?: string;
  /** The parent's tool call that this run carries out. */
  readonly parentToolCallId?: string;
}

/** Options of `startRun`. */
export interface StartRunOptions extends RunDescription, WriterOptions {
  readonly channel: string;
}

/** Options of a run inside a run; everything else is as in the parent. */
export interface ChildRunOptions
  extends Omit<RunDescription, "parentRunId">,
    Pick<WriterOptions, "signal" | "commands"> {}

/**
 * Writes one run.
 *
 * Events reach the log in the order of the calls. What the methods return is never an unhandled rejection;
 * awaiting it is back-pressure. The first write that fails for good sticks: it aborts {@link signal}, and
 * everything written later, and the end, reject with it. A call against the order of a run's life throws a
 * `RunwireError` (`run_completed`, `lifecycle_violation`, `invalid_event`) at once.
 *
 * @example
 * await using run = await startRun(target, { channel: "chat:42", agent: { name: "researcher" } });
 * run.think("I should look at the failing test first.");
 * const hits = await run.tool("grep", { pattern: "TODO" }, (input, { signal }) => grep(input, signal));
 * run.say(`${hits.length} TODOs are left.`);
 * await run.complete({ output: hits });
 */
export interface RunWriter extends AsyncDisposable {
  readonly runId: string;
  readonly channel: string;
  /** Aborts when the run is cancelled or lost, or a write failed for good; the reason says which. */
  readonly signal: AbortSignal;
  /** What a reader of the log would see of the run, what is still unpublished included. */
  readonly state: RunState;
  /** Appends to the reasoning. */
  think(text: string, options?: TextOptions): Promise<void>;
  /** Appends to the answer. */
  say(text: string, options?: TextOptions): Promise<void>;
  /**
   * Calls a tool: its start, its progress and its end are told, whatever `fn` does. Resolves to what `fn`
   * returned and rejects with what it threw; when `signal` aborts or the run ends first, the call ends as
   * `cancelled` at once and this rejects with the reason, although `fn` may still be at work.
   */
  tool<Input, Output>(
    name: string,
    input: Input,
    fn: ToolFunction<Input, Output>,
    options?: ToolCallOptions,
  ): Promise<Output>;
  /** Ends an open tool call as failed: one that a worker before this one left open, or a running one. */
  failTool(toolCallId: string, error: unknown): Promise<void>;
  /** Publishes an event of the application's own. */
  custom(name: string, data?: unknown, options?: CustomOptions): Promise<void>;
  /** Starts a run inside this one; it is cancelled with it. */
  startRun(options: ChildRunOptions): Promise<RunWriter>;
  /** Handles a command instead of the default; the latest handler of a name counts. Returns an idempotent undo. */
  on(command: string, handler: CommandHandler): () => void;
  /** Ends the run as `success`; resolves once the log has it. Tool calls that are open end as `cancelled`. */
  complete(options?: CompleteOptions): Promise<void>;
  /** Ends the run as `error`: name, message and code are told, never the stack. */
  fail(error: unknown): Promise<void>;
  /** Ends the run as `cancelled`. */
  cancel(options?: CompleteOptions): Promise<void>;
}
