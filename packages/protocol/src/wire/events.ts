/**
 * The events of a run, as `PROTOCOL.md` § 2 names them.
 *
 * Values (`input`, `output`, `metadata`, `data`) are `unknown`: JSON as the serializer writes it on the
 * wire, and what the application wrote once they are decoded.
 */

/** How a tool call ended. */
export type ToolOutcome = "success" | "error" | "cancelled";

/** How a run ended; only the server writes `abandoned`, and a run that was disposed without an end. */
export type RunOutcome = ToolOutcome | "abandoned";

/** What a tool call is doing before it is completed. */
export type ToolPhase = "preparing" | "awaiting_approval" | "running";

/** Who runs. */
export interface Agent {
  readonly name: string;
  readonly id?: string;
  readonly model?: string;
}

/** What went wrong, for people. */
export interface EventError {
  readonly name?: string;
  readonly message: string;
  readonly code?: string;
}

/** Tokens spent, and whatever else the application counts. */
export interface Usage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly [counter: string]: unknown;
}

/** How far a tool call is. */
export interface Progress {
  /** 0 to 1. */
  readonly fraction?: number;
  readonly message?: string;
  /** Text to append to the tool's output text. */
  readonly outputDelta?: string;
}

/** What every event has. */
interface EventFields {
  /** Milliseconds since 1970-01-01T00:00Z, taken by the writer. */
  readonly time: number;
}

/** What every event of a run has. */
interface RunEventFields extends EventFields {
  readonly runId: string;
}

/** The first event of a run. */
export interface AgentStarted extends RunEventFields {
  readonly type: "agent_started";
  readonly agent: Agent;
  /** The run, in this channel, that this one is a part of. */
  readonly parentRunId?: string;
  /** The parent's tool call that this run carries out. */
  readonly parentToolCallId?: string;
  readonly title?: string;
  readonly input?: unknown;
  readonly metadata?: unknown;
  /** How long the run outlives its writer's last sign, 5 000 to 86 400 000 ms. @default 60000 */
  readonly leaseMs?: number;
}

/** Text that an agent writes: its reasoning, or its answer. */
export interface AgentThinking extends RunEventFields {
  readonly type: "agent_thinking";
  readonly messageId: string;
  readonly kind: "reasoning" | "output";
  /** Text to append to the message. */
  readonly delta: string;
}

/** A tool call began, or went on; later ones of one `toolCallId` update earlier ones. */
export interface ToolExecuting extends RunEventFields {
  readonly type: "tool_executing";
  readonly toolCallId: string;
  readonly name: string;
  readonly parentToolCallId?: string;
  readonly status: ToolPhase;
  readonly input?: unknown;
  /** Text to append to the input text, for arguments that stream. */
  readonly inputDelta?: string;
  readonly progress?: Progress;
}

/** A tool call ended. */
export interface ToolCompleted extends RunEventFields {
  readonly type: "tool_completed";
  readonly toolCallId: string;
  readonly outcome: ToolOutcome;
  readonly output?: unknown;
  readonly error?: EventError;
  readonly durationMs?: number;
}

/** The last event of a run. */
export interface AgentCompleted extends RunEventFields {
  readonly type: "agent_completed";
  readonly outcome: RunOutcome;
  readonly output?: unknown;
  readonly error?: EventError;
  readonly usage?: Usage;
  readonly durationMs?: number;
}

/** An application's own event: of a run, or without `runId` of the channel itself. */
export interface Custom extends EventFields {
  readonly type: "custom";
  readonly runId?: string;
  readonly name: string;
  /** With a key, a later event replaces the earlier one of the same run (or channel), name and key. */
  readonly key?: string;
  readonly data?: unknown;
  /** `"high"` is sent at once instead of with the next batch. */
  readonly priority?: "high";
}

/** The five events of a run. */
export type AgentEvent =
  | AgentStarted
  | AgentThinking
  | ToolExecuting
  | ToolCompleted
  | AgentCompleted;

/** Everything that a writer may publish. */
export type RunwireEvent = AgentEvent | Custom;

/** The types of {@link RunwireEvent}, in the order of a run's life. */
export const eventTypes = [
  "agent_started",
  "agent_thinking",
  "tool_executing",
  "tool_completed",
  "agent_completed",
  "custom",
] as const satisfies readonly RunwireEvent["type"][];

/** An event as the log gives it: with its place in the channel. */
export type Logged<Event> = Event & { readonly offset: number };

/** A {@link RunwireEvent} with its offset. */
export type LoggedEvent = Logged<RunwireEvent>;

/** An event whose type this version does not know; it is passed on as it is. */
export interface UnknownEvent {
  readonly type: string;
  readonly runId?: string;
  readonly time: number;
  readonly offset: number;
  readonly [field: string]: unknown;
}

/**
 * Whether this version knows the event's type. Says nothing about its other fields.
 *
 * @example
 * for (const event of events) if (isKnownEvent(event)) console.log(event.type, event.time);
 */
export function isKnownEvent(event: { readonly type: string }): event is LoggedEvent {
  return (eventTypes as readonly string[]).includes(event.type);
}
