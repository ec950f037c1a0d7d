import type {
  Agent,
  EventError,
  RunOutcome,
  ToolOutcome,
  ToolPhase,
  Usage,
} from "../wire/events.js";

/** Text of an agent: one part for each `messageId` and `kind`. */
export interface MessagePart {
  readonly type: "message";
  readonly messageId: string;
  readonly kind: "reasoning" | "output";
  readonly text: string;
}

/** A tool call, from its first sign to its outcome. */
export interface ToolPart {
  readonly type: "tool";
  readonly toolCallId: string;
  readonly parentToolCallId?: string;
  readonly name: string;
  readonly status: ToolPhase | ToolOutcome;
  readonly input?: unknown;
  /** All `inputDelta` of the call, joined. */
  readonly inputText?: string;
  readonly progress?: { readonly fraction?: number; readonly message?: string };
  /** All `progress.outputDelta` of the call, joined. */
  readonly outputText?: string;
  readonly output?: unknown;
  readonly error?: EventError;
  readonly startedAt: number;
  readonly completedAt?: number;
  readonly durationMs?: number;
}

/** An application's own event. */
export interface CustomPart {
  readonly type: "custom";
  readonly name: string;
  readonly key?: string;
  readonly data?: unknown;
  readonly time: number;
}

/** What a run shows, in order of first appearance. */
export type Part = MessagePart | ToolPart | CustomPart;

/** A run, as a user interface shows it. */
export interface RunState {
  readonly runId: string;
  readonly parentRunId?: string;
  readonly parentToolCallId?: string;
  readonly agent: Agent;
  readonly title?: string;
  readonly input?: unknown;
  readonly metadata?: unknown;
  readonly status: "running" | RunOutcome;
  readonly startedAt: number;
  readonly completedAt?: number;
  readonly durationMs?: number;
  readonly parts: readonly Part[];
  readonly output?: unknown;
  readonly error?: EventError;
  readonly usage?: Usage;
}

/** A channel, as a user interface shows it: what {@link reduceChannel} folds the events to. */
export interface ChannelState {
  readonly runs: { readonly [runId: string]: RunState };
  /** The runs' ids in the order of their `agent_started`. */
  readonly order: readonly string[];
  /** The channel's own events without a key. */
  readonly custom: readonly CustomPart[];
  /** The channel's own events with a key: the latest of each name and key. */
  readonly keyed: { readonly [name: string]: { readonly [key: string]: CustomPart } };
  /** Whether older runs were left out, as the last `subscribed` from the start said. */
  readonly olderRuns: boolean;
}

/** A record without a prototype: `constructor` is no run until an event says so. */
const nothing = /* @__PURE__ */ Object.freeze(/* @__PURE__ */ Object.create(null));

/** A channel of which nothing is known yet. Frozen. */
export const emptyChannelState: ChannelState = /* @__PURE__ */ Object.freeze({
  runs: nothing,
  order: /* @__PURE__ */ Object.freeze([]),
  custom: /* @__PURE__ */ Object.freeze([]),
  keyed: nothing,
  olderRuns: false,
});
