import type { Agent, RunOutcome, RunSummary } from "@runwire/protocol";
import type { Actor, EncodedEvent } from "./append-types.js";

/** What the store keeps of a run beside its events. */
export interface RunRow extends RunSummary {
  readonly channel: string;
  readonly rootRunId: string;
  readonly agent: Agent;
  readonly status: "running" | RunOutcome;
  readonly writer: string;
  /** Who started the run; only they (and the server) may take it over. */
  readonly owner: Actor;
  readonly leaseMs: number;
  /** By the store's clock, milliseconds. */
  readonly leaseUntil: number;
}

/** Which runs to list. */
export interface ListRunsRequest {
  readonly channel: string;
  /** Root runs, 1 to 1000. */
  readonly limit: number;
  /** A run: only root runs that started before it (a descendant means its root). @default the newest */
  readonly before?: string;
  /** Descendants of one root run, its latest. @default 1000 */
  readonly maxDescendants?: number;
}

/** Root runs newest first, each followed by its descendants. */
export interface RunList {
  readonly epoch: string;
  /** `undefined` when `before` names no run. */
  readonly runs: readonly RunRow[] | undefined;
  readonly more: boolean;
}

/** Whose leases to renew. */
export interface RenewRequest {
  readonly channel: string;
  readonly writer: string;
  readonly runIds: readonly string[];
  readonly actor: Actor;
  /** Makes `writer` the writer of runs that are another's, where the actor started them. @default false */
  readonly take?: boolean;
}

/** How to end a run whose lease has lapsed. */
export interface AbandonRequest {
  readonly channel: string;
  readonly runId: string;
  /** The run's `agent_completed` with the outcome `abandoned`. */
  readonly event: EncodedEvent;
}

/** Who wants to do what, and for how long. */
export interface DutyClaim {
  /** Names the duty: 1 to 64 characters. */
  readonly duty: string;
  /** A random name of whoever claims it. */
  readonly holder: string;
  readonly forMs: number;
}
