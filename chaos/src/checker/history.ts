/*
 * What is written down while servers, clients and a store are at work, one entry a line if need be. An event is known
 * by its marks: texts that occur in no other event. Events that were merged into one have the marks of all of them.
 */

/** An event by its place and its marks. */
export interface MarkedEvent {
  readonly offset: number;
  readonly marks: readonly string[];
}

/** From where a subscriber asked to be told. */
export type StartOfReading = "start" | "now" | { readonly epoch: string; readonly offset: number };

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
  | { readonly type: "refused"; readonly id: string }
  /** The store has these from now on. */
  | {
      readonly type: "appended";
      readonly at: number;
      readonly epoch: string;
      readonly events: readonly MarkedEvent[];
    }
  /** The store lost all it had: what it says of a publish from before says nothing. */
  | { readonly type: "wiped" }
  | { readonly type: "trimmed"; readonly epoch: string; readonly floor: number }
  | {
      readonly type: "subscribe";
      readonly subscriber: string;
      readonly user: string;
      readonly from: StartOfReading;
    }
  /** The application was told to begin anew. */
  | { readonly type: "reset"; readonly subscriber: string }
  /** The application was handed these, in one call. */
  | {
      readonly type: "handed";
      readonly subscriber: string;
      readonly events: readonly MarkedEvent[];
    }
  /** From now on the user may see nothing. */
  | { readonly type: "revoked"; readonly at: number; readonly user: string }
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
    | "misfolded"
    | "silent-reset";
  readonly detail: string;
}
