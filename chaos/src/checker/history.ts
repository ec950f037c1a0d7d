/*
 * What is written down while servers, clients and a store are at work, one entry a line if need be. An event is known
 * by its marks: texts that occur in no other event. Events that were merged into one have the marks of all of them.
 */

/** An event by its place and its marks. */
export interface MarkedEvent {
  readonly offset: number;
  readonly marks: readonly string[];
}

/** An event as it came into the log. */
export interface AppendedEvent extends MarkedEvent {
  /** Absent where the server itself ended a run. */
  readonly writer?: string;
  readonly runId?: string;
  /** Where it is the run's first or last event. */
  readonly bound?: "start" | "end";
}

/** From where a subscriber asked to be told. */
export type StartOfReading = "start" | "now" | { readonly epoch: string; readonly offset: number };

/** A connection of a server, by the order of their welcomes. */
export interface ConnectionName {
  readonly server: number;
  readonly order: number;
}

/** One thing that happened, in the order in which it did. `at` is virtual time, milliseconds. */
export type HistoryEntry =
  /** A publish was sent, or sent again; without an answer it may have an effect or none. */
  | { readonly type: "publish"; readonly id: string; readonly marks: readonly string[] }
  | {
      readonly type: "published";
      readonly id: string;
      readonly epoch: string;
      readonly offset: number;
    }
  /** A publish was refused for good: it has no effect, now or later. */
  | { readonly type: "refused"; readonly id: string; readonly code?: string }
  /** The store has these from now on. */
  | {
      readonly type: "appended";
      readonly at: number;
      readonly epoch: string;
      readonly events: readonly AppendedEvent[];
    }
  /** The store made this the writer of the run, in place of any other. */
  | { readonly type: "taken"; readonly runId: string; readonly writer: string }
  /** An application has a run to write; its signal told it that it has it no longer. */
  | { readonly type: "held" | "aborted"; readonly runId: string; readonly writer: string }
  /** The store lost all it had: what it says of a publish from before says nothing. */
  | { readonly type: "wiped" }
  /** The log begins later from now on. */
  | { readonly type: "trimmed"; readonly epoch: string; readonly floor: number }
  | {
      readonly type: "subscribe";
      readonly subscriber: string;
      readonly user: string;
      readonly from: StartOfReading;
      /** It asked for the last runs only: what is older is left out. */
      readonly runs?: number;
    }
  /** The application was told to begin anew. */
  | { readonly type: "reset"; readonly subscriber: string }
  /** The application was handed these, in one call. */
  | {
      readonly type: "handed";
      readonly subscriber: string;
      readonly events: readonly MarkedEvent[];
    }
  /** From now on the user may see nothing; what was written up to `graceMs` later may still reach them. */
  | {
      readonly type: "revoked";
      readonly at: number;
      readonly user: string;
      readonly graceMs: number;
    }
  /** Somebody sent a command; without an answer it may have an effect or none. */
  | { readonly type: "command"; readonly id: string; readonly runId?: string }
  /** A handler of the run did what a command asks for: that of this writer. */
  | { readonly type: "effect"; readonly id: string; readonly by?: string }
  /** Whoever sent the command was told that it was handled. */
  | { readonly type: "commanded"; readonly id: string }
  /** A server took this connection (a later one has a higher number) for one of the run's writer. */
  | {
      readonly type: "attached";
      readonly connection: ConnectionName;
      readonly runId: string;
      readonly writer?: string;
    }
  /** A server handed a command for the run to this connection. */
  | { readonly type: "handedOver"; readonly connection: ConnectionName; readonly runId: string }
  /** A server learned that this connection is gone. */
  | { readonly type: "gone"; readonly connection: ConnectionName }
  /** The log of a channel as it was read from the store in the end. */
  | {
      readonly type: "log";
      readonly epoch: string;
      readonly floor: number;
      readonly events: readonly MarkedEvent[];
    }
  /** In the end, when all faults were over, this subscriber should have had everything. */
  | { readonly type: "rest"; readonly subscriber: string };

export type History = readonly HistoryEntry[];

/** Entries of one type. */
export type EntryOf<Type extends HistoryEntry["type"]> = Extract<
  HistoryEntry,
  { readonly type: Type }
>;

export function entriesOf<Type extends HistoryEntry["type"]>(
  history: History,
  type: Type,
): readonly EntryOf<Type>[] {
  return history.filter((entry): entry is EntryOf<Type> => entry.type === type);
}

/** What is wrong with a history. */
export interface Anomaly {
  readonly name:
    | "lost-write"
    | "duplicate"
    | "inconsistent-offset"
    | "poll-skip"
    | "nonmonotonic"
    | "aborted-read"
    | "unseen"
    | "isolation"
    | "leak"
    | "repeated-effect"
    | "lost-effect"
    | "stale-owner"
    | "two-writers"
    | "unaware-writer"
    | "torn-run"
    | "wrong-refusal"
    | "unclean-end"
    | "ended-run"
    | "misfolded"
    | "silent-reset";
  readonly detail: string;
}

/** What a schedule has shown. */
export interface Play {
  readonly history: History;
  readonly anomalies: readonly Anomaly[];
}
