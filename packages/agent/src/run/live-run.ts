import {
  type LostCode,
  type RunCommand,
  type RunHandlers,
  type RunOutcome,
  type RunState,
  RunwireError,
} from "@runwire/protocol";
import { toEventError } from "../encoding/event-error.js";
import type { Outbox } from "../outbox/outbox.js";
import { requireName, requireText } from "./check-names.js";
import { type CommandAnswer, Commands } from "./commands.js";
import { MessageTexts } from "./message-texts.js";
import type { RunEvent, RunLog } from "./run-log.js";
import type {
  ChildRunOptions,
  CommandHandler,
  CompleteOptions,
  CustomOptions,
  RunWriter,
  TextOptions,
  ToolCallOptions,
  ToolFunction,
} from "./run-types.js";
import { ToolCalls } from "./tool-calls.js";
import type { Undos } from "./undos.js";

/** What a {@link LiveRun} is made of. */
export interface LiveRunParts {
  readonly runId: string;
  readonly channel: string;
  readonly log: RunLog;
  readonly outbox: Outbox;
  /** Run when the run is over for this process. */
  readonly undos: Undos;
  /** Aborts {@link LiveRun.signal}. */
  readonly abort: AbortController;
  readonly commands: Readonly<Record<string, CommandHandler>>;
  readonly commandAnswers: Map<string, CommandAnswer>;
  readonly startChild: (options: ChildRunOptions) => Promise<RunWriter>;
}

/** A run of which this process is the writer. */
export class LiveRun implements RunWriter, RunHandlers {
  readonly runId: string;
  readonly channel: string;
  readonly signal: AbortSignal;
  readonly #parts: LiveRunParts;
  readonly #texts: MessageTexts;
  readonly #tools: ToolCalls;
  readonly #commands: Commands;
  #end: Promise<void> | undefined;

  constructor(parts: LiveRunParts) {
    const { runId, channel, log, abort } = parts;
    this.runId = runId;
    this.channel = channel;
    this.signal = abort.signal;
    this.#parts = parts;
    this.#texts = new MessageTexts(log.maxDeltaLength, (id) => log.history.hasMessage(id));
    this.#tools = new ToolCalls(log, abort.signal, (options) => this.startRun(options));
    const handlers = { ...this.#defaultHandlers(), ...parts.commands };
    this.#commands = new Commands(handlers, parts.commandAnswers);
  }

  get state(): RunState {
    const { state } = this.#parts.log.history;
    if (state) return state;
    throw new RunwireError("internal", `run ${this.runId} has no state before its start`);
  }

  /** Why the run cannot be written any more. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#parts.outbox.failure;
  }

  /** Whether its end was asked for, by whomever. */
  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  think(text: string, options: TextOptions = {}): Promise<void> {
    return this.#writeAll(this.#toText("reasoning", text, options));
  }

  say(text: string, options: TextOptions = {}): Promise<void> {
    return this.#writeAll(this.#toText("output", text, options));
  }

  tool<Input, Output>(
    name: string,
    input: Input,
    fn: ToolFunction<Input, Output>,
    options: ToolCallOptions = {},
  ): Promise<Output> {
    this.#endMessage();
    return this.#tools.run(name, input, fn, options);
  }

  failTool(toolCallId: string, error: unknown): Promise<void> {
    return this.#tools.fail(toolCallId, error);
  }

  custom(name: string, data?: unknown, { key, priority }: CustomOptions = {}): Promise<void> {
    requireName("name of a custom event", name);
    if (key !== undefined) requireName("key of a custom event", key);
    else this.#endMessage();
    return this.#parts.log.write({
      type: "custom",
      name,
      ...(key !== undefined && { key }),
      ...(data !== undefined && { data }),
      ...(priority && { priority }),
    });
  }

  startRun(options: ChildRunOptions): Promise<RunWriter> {
    this.#parts.log.requireOpen();
    const signal = options.signal ? AbortSignal.any([this.signal, options.signal]) : this.signal;
    return this.#parts.startChild({ ...options, signal });
  }

  on(command: string, handler: CommandHandler): () => void {
    return this.#commands.on(command, handler);
  }

  complete(options: CompleteOptions = {}): Promise<void> {
    return this.#finish("success", options);
  }

  fail(error: unknown): Promise<void> {
    return this.#finish("error", { error: toEventError(error) });
  }

  cancel(options: CompleteOptions = {}): Promise<void> {
    return this.#finish("cancelled", options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Whoever ended the run hears from that promise how it went.
    if (this.#end) return this.#end.catch(() => {});
    const isCancelled = this.signal.aborted && !this.failure;
    await this.#finish(isCancelled ? "cancelled" : "abandoned", {});
  }

  onCommand(command: RunCommand): Promise<string | undefined> {
    return this.#commands.handle(command);
  }

  onLost(code: LostCode): void {
    // Its end may be in the log before the answer to the publish is here.
    if (this.#end && code === "run_completed") return;
    const message = `run ${this.runId} is over for this writer: ${lostBecause[code]}`;
    this.giveUp(new RunwireError(code, message));
  }

  /** Ends the writing, not the run: whoever can may take it over, or its lease lapses. */
  giveUp(error: unknown): void {
    this.#parts.outbox.fail(error);
  }

  #defaultHandlers(): Record<string, CommandHandler> {
    return {
      cancel: () =>
        this.#parts.abort.abort(new RunwireError("cancelled", "a person cancelled the run")),
      approve: (data) => this.#tools.decide("approve", data),
      reject: (data) => this.#tools.decide("reject", data),
    };
  }

  #toText(kind: "reasoning" | "output", text: string, { messageId }: TextOptions) {
    return this.#texts.append(kind, requireText(text), messageId).map(toThinking);
  }

  #endMessage(): void {
    void this.#writeAll(this.#texts.endCurrent().map(toThinking));
  }

  #writeAll(events: readonly RunEvent[]): Promise<void> {
    this.#parts.log.requireOpen();
    return this.#parts.log.writeAll(events);
  }

  #finish(
    outcome: RunOutcome,
    ending: Omit<RunEvent & { type: "agent_completed" }, "type" | "outcome">,
  ) {
    const { log } = this.#parts;
    log.requireOpen();
    if (!this.failure) {
      const reason = new RunwireError("run_completed", `run ${this.runId} has ended`);
      this.#tools.cancelAll(this.signal.aborted ? this.signal.reason : reason);
      log.writeAll(this.#texts.endAll().map(toThinking));
    }
    const durationMs = Math.max(0, log.now() - log.history.startedAt);
    log.write({ type: "agent_completed", outcome, ...ending, durationMs });
    this.#end = log.flushed().finally(() => this.#parts.undos.run());
    return this.#end;
  }
}

/** What a person who reads the log of a worker is told. */
const lostBecause: { readonly [code in LostCode]: string } = {
  run_completed: "it has ended, perhaps because nobody renewed its lease in time",
  run_taken: "another worker has taken it over",
  run_not_found: "its channel does not have it any more",
  forbidden: "this worker may not write it any more",
};

function toThinking(
  piece: Pick<RunEvent & { type: "agent_thinking" }, "messageId" | "kind" | "delta">,
): RunEvent {
  return { type: "agent_thinking", ...piece };
}
