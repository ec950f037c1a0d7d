/** What this client knows of the wire: PROTOCOL.md and nothing else. */

/** An event of §2; only the fields that a test asks for are named. */
export interface WireEvent {
  readonly type: string;
  readonly time: number;
  readonly offset?: number;
  readonly runId?: string;
  readonly [field: string]: unknown;
}

/** Any message that a server sends; which fields it has depends on its `type`. */
export interface WireMessage {
  readonly type: string;
  readonly id?: string;
  readonly channel?: string;
  readonly code?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly index?: number;
  readonly epoch?: string;
  readonly offset?: number;
  readonly from?: number;
  readonly after?: number;
  readonly head?: number;
  readonly reset?: string;
  readonly olderRuns?: true;
  readonly trimmed?: true;
  readonly events?: readonly WireEvent[];
  readonly runs?: readonly WireRun[];
  readonly more?: boolean;
  readonly lost?: readonly { readonly runId: string; readonly code: string }[];
  readonly heads?: Readonly<Record<string, number>>;
  readonly at?: number;
  readonly now?: number;
  readonly afterMs?: number;
  readonly commandId?: string;
  readonly runId?: string;
  readonly name?: string;
  readonly data?: unknown;
  readonly result?: unknown;
  readonly user?: { readonly id: string };
  readonly connectionId?: string;
  readonly expiresAt?: number;
  readonly maxMessageBytes?: number;
  readonly maxEventBytes?: number;
  readonly heartbeat?: { readonly intervalMs: number; readonly timeoutMs: number };
}

/** A `RunSummary`. */
interface WireRun {
  readonly runId: string;
  readonly parentRunId?: string;
  readonly status: string;
  readonly first: number;
  readonly last: number;
  readonly startedAt: number;
  readonly completedAt?: number;
}

/** A message that a client sends: anything, so that a test can send what it must not. */
export type Outgoing = Readonly<Record<string, unknown>>;
