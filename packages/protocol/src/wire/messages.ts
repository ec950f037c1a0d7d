import type { ErrorCode } from "./codes.js";
import type { Agent, LoggedEvent, RunOutcome, RunwireEvent, UnknownEvent } from "./events.js";
import type { Position } from "./position.js";

/**
 * Every message of `PROTOCOL.md`: one JSON object in one WebSocket text frame, told apart by `type`.
 * A message with an `id` is a request, answered by exactly one message with that `id`.
 */

// ── client → server ────────────────────────────────────────────────────────────────────────────

/** The first message on a socket. */
export interface Hello {
  readonly type: "hello";
  readonly token?: string;
  readonly client?: { readonly name: string; readonly version: string };
}

/** A fresh token on the living connection. */
export interface Authenticate {
  readonly type: "authenticate";
  readonly id: string;
  readonly token: string;
}

/** Where a subscription begins. */
export type SubscribeFrom = "start" | "now" | Position;

/** Asks for a channel: its history from a point on, and what comes. */
export interface Subscribe {
  readonly type: "subscribe";
  readonly id: string;
  readonly channel: string;
  /** @default "start" */
  readonly from?: SubscribeFrom;
  /** Of a delivery from the start, only the last `runs` root runs and those that still go on; 1 to 1000. */
  readonly runs?: number;
}

/** Ends the subscription of a channel. */
export interface Unsubscribe {
  readonly type: "unsubscribe";
  readonly id: string;
  readonly channel: string;
}

/** Asks for a page of the log, unmerged. */
export interface Fetch {
  readonly type: "fetch";
  readonly id: string;
  readonly channel: string;
  readonly after: number;
  /** 1 to 1000. @default 1000 */
  readonly limit?: number;
  readonly runId?: string;
}

/** Asks for the runs of a channel, the newest root run first. */
export interface List {
  readonly type: "list";
  readonly id: string;
  readonly channel: string;
  readonly before?: string;
  /** Root runs, 1 to 100. @default 20 */
  readonly limit?: number;
}

/** Appends events, all of them or none, once for its channel, writer and id. */
export interface Publish {
  readonly type: "publish";
  readonly id: string;
  readonly writer: string;
  readonly channel: string;
  /** 1 to 256, all of one run, or all `custom` of the channel itself. */
  readonly events: readonly RunwireEvent[];
}

/** Renews the leases of a writer's runs; with `take` it takes them over. */
export interface Renew {
  readonly type: "renew";
  readonly id: string;
  readonly writer: string;
  readonly channel: string;
  readonly runIds: readonly string[];
  readonly take?: true;
}

/** A person's command to a run. */
export interface Command {
  readonly type: "command";
  readonly id: string;
  readonly channel: string;
  readonly runId: string;
  /** `cancel`, `message`, `approve`, `reject`, or the application's own. */
  readonly name: string;
  readonly data?: unknown;
}

/** A writer's answer to a {@link CommandDelivery}. */
export interface Handled {
  readonly type: "handled";
  readonly commandId: string;
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Asks whether the other side is there, and how long that takes. */
export interface Ping {
  readonly type: "ping";
  /** The sender's clock, echoed. */
  readonly at: number;
}

/** The client tells of a malformed message, a hole or a decoding error. */
export interface Report {
  readonly type: "report";
  readonly code: string;
  readonly detail?: string;
}

/** What a client sends. */
export type ClientMessage =
  | Hello
  | Authenticate
  | Subscribe
  | Unsubscribe
  | Fetch
  | List
  | Publish
  | Renew
  | Command
  | Handled
  | Ping
  | Report;

/** A client's message that is answered under its `id`. */
export type Request = Extract<ClientMessage, { readonly id: string }>;

// ── server → client ────────────────────────────────────────────────────────────────────────────

/** Whom the application made of the credentials, as others may see it. */
export interface UserRef {
  readonly id: string;
}

/** The answer to `hello`. */
export interface Welcome {
  readonly type: "welcome";
  readonly connectionId: string;
  readonly heartbeat: { readonly intervalMs: number; readonly timeoutMs: number };
  readonly maxMessageBytes: number;
  readonly maxEventBytes: number;
  readonly user?: UserRef;
  /** When the credentials run out, milliseconds since the epoch. */
  readonly expiresAt?: number;
}

/** The answer to `authenticate`. */
export interface Authenticated {
  readonly type: "authenticated";
  readonly id: string;
  readonly user?: UserRef;
  readonly expiresAt?: number;
}

/** Why a position could not be continued. */
export type ResetReason = "epoch" | "ahead" | "trimmed";

/** The answer to `subscribe`, or the news that a subscription began anew. */
export interface Subscribed {
  readonly type: "subscribed";
  /** Absent when the server itself began anew. */
  readonly id?: string;
  readonly channel: string;
  readonly epoch: string;
  /** The log's head now. */
  readonly offset: number;
  /** The offset after which delivery begins. */
  readonly from: number;
  readonly reset?: ResetReason;
  /** Runs were left out, by `runs` or because they were trimmed. */
  readonly olderRuns?: true;
}

/** All that a subscription is to have with `after` < offset ≤ `offset`. */
export interface Events {
  readonly type: "events";
  readonly channel: string;
  readonly after: number;
  readonly offset: number;
  readonly events: readonly (LoggedEvent | UnknownEvent)[];
}

/** The answer to `unsubscribe`, or the news that a subscription has ended. */
export interface Unsubscribed {
  readonly type: "unsubscribed";
  readonly id?: string;
  readonly channel: string;
  /** Why, when the server ended it. */
  readonly code?: ErrorCode;
}

/** A page of the log. */
export interface Fetched {
  readonly type: "fetched";
  readonly id: string;
  readonly channel: string;
  readonly epoch: string;
  readonly after: number;
  /** How far the answer reaches. */
  readonly offset: number;
  readonly head: number;
  /** Unmerged, exactly as kept. */
  readonly events: readonly (LoggedEvent | UnknownEvent)[];
  /** Something in this range is no longer kept. */
  readonly trimmed?: true;
}

/** A run as `list` tells of it. */
export interface RunSummary {
  readonly runId: string;
  readonly parentRunId?: string;
  readonly agent: Agent;
  readonly title?: string;
  readonly status: "running" | RunOutcome;
  readonly startedAt: number;
  readonly completedAt?: number;
  /** The offset of the run's first event. */
  readonly first: number;
  /** The offset of the run's latest event. */
  readonly last: number;
  /** On a root run: it has more descendants than the 1 000 latest that follow it. */
  readonly moreDescendants?: true;
}

/** The runs of a channel. */
export interface Listed {
  readonly type: "listed";
  readonly id: string;
  readonly channel: string;
  readonly epoch: string;
  /** Root runs, newest first, each followed by its descendants in the order of `first`. */
  readonly runs: readonly RunSummary[];
  readonly more: boolean;
}

/** The answer to `publish`: the log has the events durably. */
export interface Published {
  readonly type: "published";
  readonly id: string;
  readonly epoch: string;
  /** Of the first event; the others follow it without a hole. */
  readonly offset: number;
}

/** Why a run is over for its writer. */
export type LostCode = "run_completed" | "run_not_found" | "run_taken" | "forbidden";

/** A run that a `renew` could not renew. */
export interface LostRun {
  readonly runId: string;
  readonly code: LostCode;
}

/** The answer to `renew`. */
export interface Renewed {
  readonly type: "renewed";
  readonly id: string;
  readonly lost: readonly LostRun[];
}

/** The answer to `command`: the run's handler has taken it. */
export interface Commanded {
  readonly type: "commanded";
  readonly id: string;
  readonly result?: unknown;
}

/** A person's command on its way to the run's writer. */
export interface CommandDelivery {
  readonly type: "command";
  readonly commandId: string;
  readonly channel: string;
  readonly runId: string;
  readonly name: string;
  readonly data?: unknown;
  readonly user?: UserRef;
}

/** The answer to `ping`. */
export interface Pong {
  readonly type: "pong";
  readonly at: number;
  /** The server's clock. */
  readonly now: number;
  /** The heads of the connection's subscriptions. */
  readonly heads: { readonly [channel: string]: number };
}

/** The server is about to close; come back after `afterMs`. */
export interface Reconnect {
  readonly type: "reconnect";
  readonly afterMs: number;
  readonly reason: string;
}

/** Answers one request, and leaves the connection open. */
export interface ErrorMessage {
  readonly type: "error";
  readonly code: ErrorCode;
  /** For people; never a stack, a query or another user's data. */
  readonly message: string;
  readonly id?: string;
  readonly channel?: string;
  /** Of the first offending event of a publish. */
  readonly index?: number;
  /** The handler's own code, with `handler_failed`. */
  readonly reason?: string;
  readonly retryAfterMs?: number;
}

/** What a server sends. */
export type ServerMessage =
  | Welcome
  | Authenticated
  | Subscribed
  | Events
  | Unsubscribed
  | Fetched
  | Listed
  | Published
  | Renewed
  | Commanded
  | CommandDelivery
  | Pong
  | Reconnect
  | ErrorMessage;
