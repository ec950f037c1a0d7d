import type { RunOutcome, RunwireEvent } from "../wire/events.js";

/**
 * Which rule of a run's life was broken.
 *
 * `missing_start` events without an `agent_started` before them · `missing_end` no `agent_completed` ·
 * `out_of_order` an event or an offset that comes too late or twice · `unpaired_tool` a tool's end without
 * its beginning, or a tool left open · `after_end` something after `agent_completed` · `unknown_run` a
 * parent that is not among the events.
 */
export type RunRule =
  | "missing_start"
  | "missing_end"
  | "out_of_order"
  | "unpaired_tool"
  | "after_end"
  | "unknown_run";

/** One broken rule. */
export interface RunProblem {
  readonly rule: RunRule;
  /** A `warning` is allowed by the protocol, and seldom meant: a tool left open, a parent out of sight. */
  readonly severity: "error" | "warning";
  /** Names the run, and the tool call where there is one. */
  readonly message: string;
  /** Absent where the problem is one of the channel. */
  readonly runId?: string;
  /** The event's place among those that were checked; absent for what is missing. */
  readonly index?: number;
  /** The event's offset, where it has one. */
  readonly offset?: number;
}

/** A run, as the check found it. */
export interface CheckedRun {
  readonly runId: string;
  readonly status: "running" | RunOutcome;
  /** How many of the events are of this run. */
  readonly events: number;
  /** The tool calls that were never completed. */
  readonly openTools: readonly string[];
}

/** What `checkRun` found. */
export interface RunReport {
  /** Whether there is no problem, warnings aside. */
  readonly isValid: boolean;
  /** How many events there are of each type. */
  readonly counts: { readonly [Type in RunwireEvent["type"]]: number };
  /** How many events are of a type that this version does not know. */
  readonly unknownEvents: number;
  /** In the order of their first event. */
  readonly runs: readonly CheckedRun[];
  /** In the order of the events; what is missing comes last. */
  readonly problems: readonly RunProblem[];
}
