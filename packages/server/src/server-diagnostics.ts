import type { Connection } from "./connection/connection.js";
import type { ServerStats, ServerStatus } from "./server-stats.js";

/** What goes on in a server, for whoever operates it. Holds no event, no text of a message, and no credential. */
export interface ServerDiagnostics {
  readonly status: ServerStatus;
  readonly stats: Omit<ServerStats, "reports">;
  /** What the logger was told last, the latest last; at most 50. */
  readonly problems: readonly ServerProblem[];
  /** What clients reported last, without what they say about it. */
  readonly reports: readonly { connectionId: string; time: number; code: string }[];
  /** Those for whom most waits first; at most 100. */
  readonly connections: readonly ConnectionDiagnostics[];
}

/** Something that the server survived. */
export interface ServerProblem {
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly time: number;
  readonly level: "warn" | "error";
  readonly message: string;
}

/** One connection. */
export interface ConnectionDiagnostics {
  readonly connectionId: string;
  /** The user's `id`. Absent before `welcome`, and where nobody authenticates. */
  readonly user?: string;
  readonly address?: string;
  readonly subscriptions: number;
  /** Bytes that were sent and are not with the operating system yet. */
  readonly bufferedBytes: number;
  /** Whether its socket is left unread, because too much of it is under way. */
  readonly isUnread: boolean;
  /** How long nothing has come from it. */
  readonly silentMs: number;
}

/** The part of a connection that is shown. */
export type ShownConnection = Pick<
  Connection,
  "user" | "request" | "subscriptions" | "isPaused" | "heardAt"
> & { readonly id: string; readonly outbox: { readonly bufferedBytes: number } };

const mostConnections = 100;

/** Those for whom most waits, at the time `now` of the clock that never jumps. */
export function describeConnections(
  connections: Iterable<ShownConnection>,
  now: number,
): readonly ConnectionDiagnostics[] {
  return [...connections]
    .map((connection) => describe(connection, now))
    .sort((one, other) => other.bufferedBytes - one.bufferedBytes)
    .slice(0, mostConnections);
}

function describe(connection: ShownConnection, now: number): ConnectionDiagnostics {
  const { id, user, request, subscriptions, isPaused, heardAt, outbox } = connection;
  const address = request.remoteAddress;
  return {
    connectionId: id,
    ...(user && { user: user.id }),
    ...(address !== undefined && { address }),
    ...{ subscriptions, bufferedBytes: outbox.bufferedBytes, isUnread: isPaused },
    silentMs: Math.max(0, Math.round(now - heardAt)),
  };
}
