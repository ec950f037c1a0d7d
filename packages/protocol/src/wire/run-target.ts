import type { LoggedEvent, UnknownEvent } from "./events.js";
import type { LostCode, UserRef } from "./messages.js";

/** One publish: appended whole or not at all, once for its channel, writer and id. */
export interface PublishRequest {
  readonly channel: string;
  /** The name of the writing process; see *writer* in `PROTOCOL.md` § 1. */
  readonly writer: string;
  /** The same for every try of one publish. */
  readonly id: string;
  /** Each event as JSON text, encoded once by the writer; 1 to 256, all of one run or all of the channel. */
  readonly events: readonly string[];
}

/** Where a publish went. */
export interface PublishResult {
  readonly epoch: string;
  /** Of the first event; the others follow it without a hole. */
  readonly offset: number;
}

/** Which run a writer holds. */
export interface RunAttachment {
  readonly channel: string;
  readonly runId: string;
  readonly writer: string;
  /** The run's lease, which the target renews at least every third of it. @default 60000 */
  readonly leaseMs?: number;
  /** Take the run over from another writer, once. */
  readonly take?: true;
}

/** A command as it reaches the run's writer. */
export interface RunCommand {
  /** The same however often the command is handed over; a writer handles it once. */
  readonly commandId: string;
  readonly name: string;
  /** JSON as it came over the wire: not decoded. */
  readonly data?: unknown;
  readonly user?: UserRef;
}

/** What a target tells the writer of a run. */
export interface RunHandlers {
  /**
   * Handles a command. What it resolves to is a JSON text (absent: no result); it rejects with a
   * `RunwireError` whose `code` the person sees (`no_handler`, `already_resolved`, or the handler's own).
   */
  onCommand(command: RunCommand): Promise<string | undefined>;
  /** The run is over for this writer; called at most once. */
  onLost(code: LostCode): void;
}

/** A page of the log, unmerged. */
export interface LogPage {
  readonly epoch: string;
  readonly after: number;
  /** How far the page reaches; read on from here. */
  readonly offset: number;
  readonly head: number;
  /** Values are JSON as kept: not decoded. */
  readonly events: readonly (LoggedEvent | UnknownEvent)[];
  readonly trimmed?: true;
}

/** Which page of the log to read. */
export interface FetchRequest {
  readonly channel: string;
  readonly after: number;
  /** @default 1000 */
  readonly limit?: number;
  readonly runId?: string;
}

/**
 * Where a run can be written: a server in this process, or a client of a server elsewhere.
 *
 * Every method rejects with a `RunwireError` whose `code` is one of `errorCodes`, or `closed` once the
 * target itself was closed. A target that loses its connection sends what is unanswered again by itself;
 * what it was *told* (`store_unavailable`, `rate_limited`, …) it hands to the writer, who sends the same
 * publish again under the same id.
 */
export interface RunTarget {
  /** The largest event that the target takes, in bytes of UTF-8 JSON. */
  readonly maxEventBytes: number;
  /** The largest publish that the target takes, in bytes of UTF-8 JSON of all its events together. */
  readonly maxPublishBytes: number;
  /** Resolves once the log has the events durably. */
  publish(request: PublishRequest): Promise<PublishResult>;
  /**
   * Registers the handlers of a run, at once, and keeps its lease renewed until the returned function is
   * called. With `take` it resolves when the run was taken, and rejects with the code when it was not.
   */
  attachRun(attachment: RunAttachment, handlers: RunHandlers): Promise<() => void>;
  /** Reads a page of the log. */
  fetch(request: FetchRequest): Promise<LogPage>;
}
