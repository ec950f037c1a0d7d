import type { ErrorCode, RunwireEvent } from "@runwire/protocol";

/** Who acts: code in the server's own process, or a user (without an id where nobody authenticates). */
export type Actor = { readonly type: "server" } | { readonly type: "user"; readonly id?: string };

/** An event and its JSON text, as it was encoded; `json` has no `offset`. */
export interface EncodedEvent {
  readonly event: RunwireEvent;
  readonly json: string;
}

/** Names a publish, for at least 24 hours. */
export interface PublishKey {
  readonly channel: string;
  readonly writer: string;
  readonly id: string;
}

/** What {@link EventStore.append} is given: one publish. */
export interface AppendRequest {
  readonly channel: string;
  readonly writer: string;
  readonly id: string;
  readonly actor: Actor;
  /** All of one run, or all `custom` of the channel itself; valid by their schema. */
  readonly events: readonly EncodedEvent[];
}

/** Why an append was refused; nothing was written. */
export interface AppendRefusal {
  readonly status: "refused";
  readonly code: Extract<
    ErrorCode,
    "run_completed" | "run_taken" | "run_not_found" | "lifecycle_violation"
  >;
  /** Of the first offending event. */
  readonly index: number;
  readonly message: string;
}

/** What became of a publish. A refusal is an answer, not an error: nothing rejects for it. */
export type AppendResult =
  | {
      /** `duplicate`: this publish was appended before; the answer is the one it had. */
      readonly status: "appended" | "duplicate";
      readonly epoch: string;
      /** Of the first event; the others follow it without a hole. */
      readonly offset: number;
      /**
       * With `duplicate` only: what came now has other texts than what was appended, and nothing of it is kept. Absent
       * also where that cannot be told: of events that were trimmed, or where the end was left out.
       */
      readonly differs?: true;
    }
  | AppendRefusal;
