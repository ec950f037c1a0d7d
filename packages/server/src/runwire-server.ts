import type { RunTarget } from "@runwire/protocol";
import type { TurnedAway } from "./connection/door.js";
import type { VisitAnswer } from "./connection/visit.js";
import type { Visitor } from "./connection/visitor.js";
import type { Logger } from "./logger.js";
import type { ServerLimits } from "./options.js";
import type { ServerDiagnostics } from "./server-diagnostics.js";
import type { ServerStats, ServerStatus } from "./server-stats.js";
import type { ServerSocket, SocketHandlers } from "./socket.js";
import type { ConnectRequest } from "./users.js";

/** Whose right is gone, for {@link RunwireServer.revoke}. */
export interface Revocation {
  /** The user's `id`. */
  readonly user: string;
  /** @default every channel, as `authorize` says now */
  readonly channel?: string;
}

/**
 * A server: hands events from the log to everyone who may see them. It is also a {@link RunTarget}, so that code
 * in the same process writes runs to it: `withRun(runwire, …)`.
 */
export interface RunwireServer extends RunTarget {
  /** Takes over a socket that is open and speaks `runwire.v1`; tell the returned handlers what happens to it. */
  accept(socket: ServerSocket, request: ConnectRequest): SocketHandlers;
  /**
   * Answers one message that comes without a socket, over HTTP: a `publish`, `renew`, `command`, `fetch`, `list` or
   * `report`. It is let in, authenticated, authorized and bounded as what comes over a socket is, and counted as a
   * connection while it lasts. Resolves to `undefined` when nobody is there any more to be answered; never rejects.
   *
   * @example
   * const answer = await runwire.answer({ request, readBody, gone: controller.signal, cut: () => socket.destroy() });
   * if (answer) response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.text);
   */
  answer(visitor: Visitor): Promise<VisitAnswer | undefined>;
  /** Why one more socket would not be let in now and when it may be, or `undefined`. Lets nobody wait, and counts nothing. */
  refusalOf(request: ConnectRequest): TurnedAway | undefined;
  /**
   * Tells whether one more socket may be opened: at once while the server is calm, else when it is its turn, or when
   * it has waited for too long (see `admission`). Returns what takes the question back, for a peer that has gone.
   */
  admit(request: ConnectRequest, tell: (away: TurnedAway | undefined) => void): () => void;
  /**
   * Takes effect of a right that your `authorize` gives no longer. With a channel it ends the user's subscriptions of
   * it, before this returns; without one, `authorize` is asked about all of them again, at once. Each that ends is told
   * `unsubscribed` with `forbidden`. What the user has asked for and not got yet (a page, a list, the result of a
   * command) is authorized again before it is answered. Change what `authorize` says first: the client may subscribe
   * again.
   *
   * The other servers on this store do the same when they read of it, within a second while it answers them; a
   * subscription that begins there meanwhile ends then as well. Resolves, once the store has it for them, to the number
   * of subscriptions that ended here.
   *
   * When it rejects for the store it is done here all the same, and the logger knows: ask again, or the others go on
   * until they authorize their subscriptions anew (`auth.revalidateMs`). May be left unawaited.
   *
   * @throws RunwireError `store_unavailable`, `store_full`, `closed` when the other servers may not learn of it, and
   *   `invalid_options` when `user` is no id
   * @example
   * await members.delete("ann", "team:7");
   * await runwire.revoke({ user: "ann", channel: "team:7" });
   */
  revoke(revocation: Revocation): Promise<number>;
  /**
   * Closes every connection of a user with 4409, after which a client does not come back by itself: a logout, or a
   * ban. One whose credentials are being checked right now is closed when they turn out to be this user's. Let
   * `authenticate` refuse them first, or they come back with the next page.
   *
   * The connections of this server are closed before this returns, those of the other servers on this store when they
   * read of it, within a second while it answers them; also one with which the user came back to them meanwhile.
   * Resolves, once the store has it for them, to the number of connections that were closed here.
   *
   * When it rejects for the store it is done here all the same, and the logger knows: ask again, or the connections to
   * the others stay until their credentials run out. May be left unawaited.
   *
   * @throws RunwireError `store_unavailable`, `store_full`, `closed` when the other servers may not learn of it, and at
   *   once `invalid_options` when `userId` is no id
   * @example
   * sessions.deleteOf("ann");
   * await runwire.disconnectUser("ann");
   */
  disconnectUser(userId: string): Promise<number>;
  readonly limits: ServerLimits;
  /** Where an adapter tells of what it survived. */
  readonly logger: Logger;
  /** Asks the store too, at most once a second. Never rejects. */
  status(): Promise<ServerStatus>;
  stats(): ServerStats;
  /** For whoever operates the server; `attachRunwire` serves it where `diagnostics` says so. Never rejects. */
  diagnostics(): Promise<ServerDiagnostics>;
  /**
   * Takes leave: lets nobody in, tells every client when to come back, and waits for them to go, for at most
   * `drain.timeoutMs`. Runs stay open: their writers go on elsewhere, or after the restart. The store stays
   * open too; whoever opened it closes it afterwards. Twice returns the same promise.
   */
  close(): Promise<void>;
}
