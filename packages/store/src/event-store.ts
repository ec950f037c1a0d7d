import type { LostRun } from "@runwire/protocol";
import type { AppendRequest, AppendResult, PublishKey } from "./append-types.js";
import type {
  CommandAnswer,
  CommandCall,
  CommandCallRequest,
  CommandRow,
  NewCommand,
} from "./command-types.js";
import type {
  ChannelHead,
  KeptRuns,
  KeptRunsRequest,
  ReadRequest,
  StoredEvent,
  StoredPage,
} from "./log-types.js";
import type { Notice, NoticePage, NoticesRequest } from "./notice-types.js";
import type {
  AbandonRequest,
  DutyClaim,
  ListRunsRequest,
  RenewRequest,
  RunList,
  RunRow,
} from "./run-types.js";

export type * from "./append-types.js";
export type * from "./command-types.js";
export type * from "./log-types.js";
export type * from "./notice-types.js";
export type * from "./run-types.js";

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
  /**
   * Raises the floor to `floor`, the offset of a root run's `agent_started`, or lower where a run that goes on needs it.
   * Answers the floor that holds. With `epoch`, only as long as the log has that one: a channel that was deleted and
   * filled again, or whose epoch was renewed, since `floor` was decided (from {@link EventStore.keptRuns}, which names
   * the epoch) keeps all that it has.
   */
  trim(channel: string, floor: number, epoch?: string): Promise<number>;
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

  /**
   * Keeps what the server `from` (a random name of 1 to 64 characters) has to tell the others on this storage, for a
   * minute at least by the store's clock, under the next number.
   */
  putNotice(from: string, notice: Notice): Promise<void>;
  /**
   * What servers have told after a number, and where they stand now. Numbers are seen in their order: when one is
   * there, so is each before it, unless it is kept no longer; and whoever missed one of those is told.
   */
  notices(request: NoticesRequest): Promise<NoticePage>;

  /** Whether the store answers: resolves, or rejects with the reason. */
  check(): Promise<void>;
  /** Waits for what was begun, then lets go of the storage. Twice returns the same promise. */
  close(): Promise<void>;
}
