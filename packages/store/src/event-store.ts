import type {
  Agent,
  ErrorCode,
  LostRun,
  RunOutcome,
  RunSummary,
  RunwireEvent,
  UserRef,
} from "@runwire/protocol";

/**
 * The log and what an append must decide, in one place.
 *
 *   append ──▶ ┌ publish key known? ─▶ answer as before
 *              │ run's row, its tools, its parent ─▶ the rules hold? the writer may?   one
 *              │ offsets, events, rows                                                 transaction
 *              └ head
 *                  │
 *                  ▼ watch: "channel X has grown" (a hint, never data)
 *
 * Every method rejects with a `RunwireError` `store_unavailable` (the effect is unknown: ask again) or
 * `store_full` (nothing happened) when the storage fails, and `closed` after {@link EventStore.close}.
 */
export interface EventStore {
  /** Appends all events or none, once for the channel, writer and id. */
  append(request: AppendRequest): Promise<AppendResult>;
  /**
   * What a publish was answered, or `undefined` when its key is not known. For a publish that cannot be appended
   * (an event that is not valid, say): the key is looked up before all other checks.
   */
  findPublish(
    key: PublishKey,
  ): Promise<{ readonly epoch: string; readonly offset: number } | undefined>;

  /** Where the channel's log stands. Asking about a channel that has no events writes nothing. */
  head(channel: string): Promise<ChannelHead>;
  /** A page of the log in the order of the offsets, or of one run's events. */
  read(request: ReadRequest): Promise<StoredPage>;
  /** The channel's own keyed events: the latest of each name and key, with an offset ≤ `upTo`. */
  latestCustom(channel: string, upTo: number): Promise<readonly StoredEvent[]>;
  /**
   * Tells of channels that may have grown, were trimmed or deleted, whoever did it. A hint: it may come late, twice
   * or not at all (a lost one must be found by asking for the head). Returns an idempotent undo.
   */
  watch(listener: (channel: string) => void): () => void;

  /** The row of a run, or `undefined` when it never started (or was trimmed or deleted). */
  run(channel: string, runId: string): Promise<RunRow | undefined>;
  /** Root runs newest first, each followed by its descendants. `before` naming a descendant means its root. */
  listRuns(request: ListRunsRequest): Promise<RunList>;
  /** Root runs of the channel that go on (they or a descendant have not ended), oldest first. */
  openRoots(channel: string): Promise<readonly RunRow[]>;

  /** Renews leases; with `take`, makes `writer` the writer of the runs when the actor may. */
  renew(request: RenewRequest): Promise<readonly LostRun[]>;
  /** Gives every run that has not ended at least one whole lease from now on, in all channels. */
  extendLeases(): Promise<void>;
  /** Runs that have not ended and whose lease has lapsed by the store's clock, oldest lease first. */
  lapsedRuns(limit: number): Promise<readonly RunRow[]>;
  /**
   * Appends `event` (an `agent_completed`) when, in that transaction, the run has not ended and its
   * lease has lapsed. Answers whether it did.
   */
  abandon(request: AbandonRequest): Promise<boolean>;

  /** Records a command once for the channel, user and id; answers the row that stands. */
  putCommand(command: NewCommand): Promise<CommandRow>;
  /** Records the answer of a command, when it has none yet; answers the row that stands. */
  answerCommand(
    channel: string,
    commandId: string,
    answer: CommandAnswer,
  ): Promise<CommandRow | undefined>;
  /** Commands of a run that have no answer yet, oldest first. */
  pendingCommands(channel: string, runId: string): Promise<readonly CommandRow[]>;
  /**
   * Says that somebody waits for a command, for `forMs` from now on: whichever server on this store has the run's
   * writer hands it over. Again, it waits longer; with 0 the call ends, and the next one begins anew. Answers what
   * has become of it, or `undefined` for a command that is not known.
   */
  callCommand(call: CommandCallRequest): Promise<CommandCall | undefined>;
  /** Commands that somebody waits for now and that nobody has answered, oldest first, in all channels. */
  calledCommands(limit: number): Promise<readonly CommandRow[]>;
  /**
   * Notes that a command was handed over, with an answer where there is one that is not to be remembered (unlike
   * that of {@link EventStore.answerCommand}). Answers whether somebody waits for it still; else nothing is noted.
   */
  noteCall(channel: string, commandId: string, answer?: CommandAnswer): Promise<boolean>;

  /** What the channel keeps, and which of its root runs come first: what to trim is decided from this. */
  keptRuns(request: KeptRunsRequest): Promise<KeptRuns>;
  /** Raises the floor to `floor`, the offset of a root run's `agent_started`, or lower where a run that goes on needs it. Answers the floor that holds. */
  trim(channel: string, floor: number): Promise<number>;
  /** Deletes a channel, its runs, publish keys and commands. What is written next has a new epoch. */
  deleteChannel(channel: string): Promise<void>;
  /**
   * Gives every channel another epoch, those that were never written included: for after a backup was restored, when
   * readers may be ahead of the log, and its offsets will come to name other events. Every reader begins anew.
   */
  renewEpochs(): Promise<void>;
  /** Channels that have events, in the order of their names, after the name `after`. */
  listChannels(request: {
    readonly after?: string;
    readonly limit: number;
  }): Promise<readonly string[]>;

  /**
   * Makes `holder` the one that does a duty, for `forMs` from now on by the store's clock, unless another is; answers
   * whether it is. So what one server on this storage has to do, one does. With 0 it lets go.
   */
  claimDuty(claim: DutyClaim): Promise<boolean>;

  /** Whether the store answers: resolves, or rejects with the reason. */
  check(): Promise<void>;
  /** Waits for what was begun, then lets go of the storage. Twice returns the same promise. */
  close(): Promise<void>;
}

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
    }
  | AppendRefusal;

/** Where a channel's log stands. */
export interface ChannelHead {
  readonly epoch: string;
  /** Of the latest event; 0 when there is none. */
  readonly offset: number;
  /** The offset of the first event that is kept whole; 1 when nothing was trimmed. */
  readonly floor: number;
}

/** What to read of a channel's log. */
export interface ReadRequest {
  readonly channel: string;
  /** Events with an offset above this; 0 begins with the first. */
  readonly after: number;
  /** At most this many events, ≥ 1. */
  readonly limit: number;
  /** Stop after the first event with which the texts pass this many bytes; at least one event is read. */
  readonly maxBytes?: number;
  /** Only this run's events. */
  readonly runId?: string;
}

/** An event as the log keeps it. */
export interface StoredEvent {
  readonly offset: number;
  /** The storage has lost the event; `json` says so in its place. */
  readonly isLost?: true;
  /** Absent for the channel's own events. */
  readonly runId?: string;
  /** As it was encoded, without `offset`. */
  readonly json: string;
}

/** A page of the log, or of one run's events, in the order of the offsets; may hold fewer events than were asked for. */
export interface StoredPage extends ChannelHead {
  /** `head` is {@link ChannelHead.offset}; this is how far the page reaches: to `head` when it read to the end, or to `after` where that lies beyond. */
  readonly through: number;
  readonly events: readonly StoredEvent[];
}

/** Of which channel, and how many root runs. */
export interface KeptRunsRequest {
  readonly channel: string;
  /** Root runs, ≥ 1. */
  readonly limit: number;
}

/** What a channel keeps from its floor on. */
export interface KeptRuns extends ChannelHead {
  /** Of the texts of all events from the floor on, UTF-8. */
  readonly bytes: number;
  /** The oldest root runs, by `first`. */
  readonly roots: readonly KeptRoot[];
}

/** A root run, as retention sees it. */
export interface KeptRoot {
  /** The offset of its `agent_started`: a floor that the log may have. */
  readonly first: number;
  /** Whether it or a descendant goes on. */
  readonly isOpen: boolean;
  /** How long ago somebody last wrote to it or a descendant or renewed one, by the store's clock, milliseconds. */
  readonly idleMs: number;
  /** Of the texts of all the channel's events from `first` on, UTF-8. */
  readonly bytes: number;
}

/** Who wants to do what, and for how long. */
export interface DutyClaim {
  /** Names the duty: 1 to 64 characters. */
  readonly duty: string;
  /** A random name of whoever claims it. */
  readonly holder: string;
  readonly forMs: number;
}

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

/** A command as it came in. */
export interface NewCommand {
  readonly channel: string;
  /** The requester's idempotency key, for user and channel. */
  readonly id: string;
  readonly user?: UserRef;
  readonly runId: string;
  readonly name: string;
  /** JSON text. */
  readonly data?: string;
}

/** How a command ended. `result` is a JSON text. */
export type CommandAnswer =
  | { readonly type: "commanded"; readonly result?: string }
  | {
      readonly type: "error";
      readonly code: ErrorCode;
      readonly message: string;
      readonly reason?: string;
    };

/** Who waits for which command, {@link EventStore.callCommand}. */
export interface CommandCallRequest {
  readonly channel: string;
  readonly commandId: string;
  /** Milliseconds from now on, by the store's clock; 0 ends it. */
  readonly forMs: number;
}

/** What became of a command that somebody waits for, wherever its run's writer is. */
export interface CommandCall {
  /** Since this call began. */
  readonly isHandedOver: boolean;
  /** The one that is remembered, else that of this call. */
  readonly answer?: CommandAnswer;
}

/** A command as the store keeps it. */
export interface CommandRow extends NewCommand {
  /** Given by the store; the same however often the command is handed over. */
  readonly commandId: string;
  /** By the store's clock, milliseconds. */
  readonly createdAt: number;
  /** Absent while nobody has answered it. */
  readonly answer?: CommandAnswer;
}
