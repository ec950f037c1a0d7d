import type {
  ChannelState,
  FetchRequest,
  LoggedEvent,
  LogPage,
  Position,
  ResetReason,
  RunSummary,
  RunTarget,
  UnknownEvent,
} from "@runwire/protocol";

/**
 * Where the connection stands.
 *
 * `idle` nobody needs it yet · `connecting` a socket is opening · `handshaking` waiting for `welcome` ·
 * `connected` · `waiting` for the next attempt · `parked` after 10 attempts (tries again when the network
 * or the page comes back, when asked to, and every 5 minutes) · `closed` for good.
 */
export type ConnectionStatus =
  | "idle"
  | "connecting"
  | "handshaking"
  | "connected"
  | "waiting"
  | "parked"
  | "closed";

/** What a status line needs to know; a new object for each change. */
export interface ConnectionInfo {
  readonly status: ConnectionStatus;
  /** Attempts since the last connection that lasted; 0 while connected. */
  readonly attempt: number;
  /** When the next attempt is due, by the client's clock; only while `waiting`. */
  readonly retryAt?: number;
  /** The latest round trip, milliseconds. */
  readonly latencyMs?: number;
  /**
   * Why the connection ended for good, or last failed: a `RunwireError`, whose `code` is `unauthenticated` where
   * the server did not take the token: ask the person to sign in.
   */
  readonly error?: Error;
}

/** What is new since the last call of a listener. */
export type ChannelEvent = LoggedEvent | UnknownEvent;

/** A channel's state with what a page must know beside it; a new object for each change, parts that did not change keep their identity. */
export interface ChannelSnapshot {
  readonly state: ChannelState;
  /** Until the subscription is level with the log for the first time. */
  readonly isLoading: boolean;
  /** Why there is no subscription (`forbidden`, …); it holds until the channel is subscribed again. */
  readonly error?: Error;
}

/** Listener of {@link Channel.subscribe}. `events` are decoded, merged where the server merged them, and empty after a reset. */
export type ChannelListener = (state: ChannelState, events: readonly ChannelEvent[]) => void;

/** Options of {@link Channel.events}. */
export interface EventsOptions {
  /** @default "start" */
  readonly from?: "start" | "now" | Position;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
}

/** Options of what is read. */
export interface WaitOptions {
  /**
   * Ends the waiting. The promise rejects with the signal's reason, or with `rate_limited` (and `retryAfterMs`) where
   * it still waits because the server has found our requests too many.
   */
  readonly signal?: AbortSignal;
}

/** Options of {@link RunwireClient.channel}. */
export interface ChannelOptions {
  /**
   * Of the history only the last `runs` root runs and those that still go on, 1 to 1000. Of the channel's own `custom`
   * events come those since the first of these runs began, and the latest of each `name` and `key`.
   *
   * @default all
   */
  readonly runs?: number;
}

/**
 * One channel of a client; the same object for the same name and options, as long as no more than 1000 others were
 * asked for since. Holds no subscription by itself.
 */
export interface Channel {
  readonly name: string;
  /**
   * Follows the channel; the first listener subscribes, the last one that leaves unsubscribes.
   * Called once for each frame, and once more whenever the state begins anew. Returns an idempotent undo.
   */
  subscribe(listener: ChannelListener): () => void;
  /** For `useSyncExternalStore`: as {@link subscribe}, but told of every change of {@link snapshot}. */
  onSnapshot(listener: () => void): () => void;
  /** What stands now; the same object until something changes. */
  snapshot(): ChannelSnapshot;
  /**
   * Every event as it was written, then live, each once and in order; independent of any subscription. Throws `reset`
   * where the log cannot be continued, and what the server says where it may not be read or followed (`forbidden`,
   * `too_many_subscriptions`, …).
   */
  events(options?: EventsOptions): AsyncIterable<ChannelEvent>;
  /**
   * Loads the next older runs into the state, and the channel's own `custom` events since the first of them began;
   * `false` when there are none. What came before the channel's very first run (the message of a person that a chat
   * begins with, say) belongs to none: give such an event a `key`, or read it by {@link events}.
   */
  loadOlder(options?: { readonly limit?: number }): Promise<boolean>;
  /** The channel's runs, newest root run first. */
  runs(options?: WaitOptions & { readonly before?: string; readonly limit?: number }): Promise<{
    readonly runs: readonly RunSummary[];
    readonly more: boolean;
  }>;
  /**
   * Sends a command to a run and resolves to what its handler answered (decoded).
   * Rejects with a `RunwireError`: `run_not_found`, `run_completed`, `no_handler`, `handler_timeout`,
   * `already_resolved`, `handler_failed` (the handler's own code in `reason`), `forbidden`, `queue_full`, `closed`,
   * `bad_message` where `data` is not JSON, `message_too_big`, `rate_limited` (it had no effect) where the server
   * still finds our requests too many after 30 s.
   */
  command(runId: string, name: string, data?: unknown): Promise<unknown>;
}

/** Told of what was survived: a malformed message, a hole, a listener that threw. */
export interface ClientReport {
  readonly code: "malformed_message" | "gap" | "listener_failed" | "server_error";
  readonly message: string;
  readonly cause?: unknown;
}

export type { ResetReason };

/** One connection, many channels; also a {@link RunTarget}, so that runs are written through it. */
export interface RunwireClient extends RunTarget {
  /** The channel of that name. @throws RunwireError `invalid_channel`, `invalid_options` */
  channel(name: string, options?: ChannelOptions): Channel;
  readonly status: ConnectionStatus;
  readonly latencyMs: number | undefined;
  /** The current {@link ConnectionInfo}; the same object until it changes. */
  readonly connection: ConnectionInfo;
  /** Told of every change; returns an idempotent undo. */
  onStatus(listener: (info: ConnectionInfo) => void): () => void;
  /** Reads a page of a log. While the server finds our requests too many it waits, until its signal aborts. */
  fetch(request: FetchRequest & WaitOptions): Promise<LogPage>;
  /** Connects now, with fresh attempts, whatever the backoff says. */
  reconnect(): void;
  /** Ends the connection for good; what is unanswered rejects with `closed`. Twice returns the same promise. */
  close(): Promise<void>;
}
