import { protocolLimits, type RunTarget, RunwireError } from "@runwire/protocol";
import { BatchWindow } from "./channels/batch-window.js";
import { ChannelHubs } from "./channels/channel-hubs.js";
import type { ServerClock } from "./clock.js";
import { Access } from "./connection/access.js";
import { Admission } from "./connection/admission.js";
import { BufferBudget } from "./connection/buffer-budget.js";
import { ConnectRate } from "./connection/connect-rate.js";
import { Connection, type ConnectionServices } from "./connection/connection.js";
import { Connections } from "./connection/connections.js";
import { type AcceptRefusal, Door, type TurnedAway } from "./connection/door.js";
import { drainConnections } from "./connection/drain.js";
import { Heartbeat } from "./connection/heartbeat.js";
import { PublishBudget } from "./connection/publish-budget.js";
import { readPage, toRange } from "./connection/read-requests.js";
import { ReplayBudget } from "./connection/replay-budget.js";
import { EventLog } from "./log/event-log.js";
import { PageReader } from "./log/page-reader.js";
import { RetentionKeeper } from "./log/retention-keeper.js";
import { StoreHealth } from "./log/store-health.js";
import type { Logger } from "./logger.js";
import {
  type RunwireServerOptions,
  resolveOptions,
  type ServerLimits,
  type ServerSettings,
} from "./options.js";
import { CommandDesk } from "./runs/command-desk.js";
import { LeaseKeeper } from "./runs/lease-keeper.js";
import { LocalRuns } from "./runs/local-runs.js";
import { PublishDesk } from "./runs/publish-desk.js";
import type { AdmissionStats, ClientReport, ServerStats, ServerStatus } from "./server-stats.js";
import type { ServerSocket, SocketHandlers } from "./socket.js";
import type { ConnectRequest, User } from "./users.js";
import { SERVER_VERSION } from "./version.js";

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
  /** Why one more socket would not be let in now, or `undefined`. */
  refusalOf(request: ConnectRequest): AcceptRefusal | undefined;
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
   * again. Resolves to the number of subscriptions that ended; knows the connections of this process only.
   *
   * @throws RunwireError `invalid_options` when `user` is no id
   * @example
   * await members.delete("ann", "team:7");
   * await runwire.revoke({ user: "ann", channel: "team:7" });
   */
  revoke(revocation: Revocation): Promise<number>;
  /**
   * Closes every connection of a user with 4409, after which a client does not come back by itself: a logout, or a
   * ban. One whose credentials are being checked right now is closed when they turn out to be this user's. Let
   * `authenticate` refuse them first, or they come back with the next page. Returns how many connections were
   * closed at once; knows the connections of this process only.
   *
   * @throws RunwireError `invalid_options` when `userId` is no id
   * @example
   * sessions.deleteOf("ann");
   * runwire.disconnectUser("ann");
   */
  disconnectUser(userId: string): number;
  readonly limits: ServerLimits;
  /** Where an adapter tells of what it survived. */
  readonly logger: Logger;
  /** Asks the store too, at most once a second. Never rejects. */
  status(): Promise<ServerStatus>;
  stats(): ServerStats;
  /**
   * Takes leave: lets nobody in, tells every client when to come back, and waits for them to go, for at most
   * `drain.timeoutMs`. Runs stay open: their writers go on elsewhere, or after the restart. The store stays
   * open too; whoever opened it closes it afterwards. Twice returns the same promise.
   */
  close(): Promise<void>;
}

const keptReports = 100;
/** Of a publish's envelope: ids, names and brackets. */
const envelopeBytes = 1_024;

/**
 * Makes a server over a store. It opens no port: `attachRunwire` of `@runwire/server/node` does that.
 *
 * @throws RunwireError `invalid_options` when nobody said who may use it, or an option is wrong
 * @example
 * const runwire = createRunwireServer({
 *   store: createMemoryStore(),
 *   authenticate: ({ token }) => users.get(token ?? "") ?? null,
 *   authorize: ({ user, channel }) => channel.startsWith(`${user.id}:`),
 * });
 */
export function createRunwireServer<AppUser extends User = User>(
  options: RunwireServerOptions<AppUser>,
): RunwireServer {
  const settings = resolveOptions(options);
  const { clock, limits, logger } = settings;
  const log = new EventLog(settings.store, logger);
  const pages = new PageReader(log, settings.replay, limits.maxEventBytes);
  const hubs = new ChannelHubs(log, {
    ...{ clock, logger, batch: settings.batch, replay: settings.replay },
    window: new BatchWindow(clock, settings.batch),
    maxEventBytes: limits.maxEventBytes,
    onHistoryChanged: (channel) => pages.forget(channel),
  });
  const commandDesk = new CommandDesk(settings.store, clock, settings.commands);
  const publishDesk = new PublishDesk(log, limits.maxEventBytes);
  const localRuns = new LocalRuns(log, commandDesk, clock, logger);
  const leases = new LeaseKeeper(log, clock, logger, (channel, runId) => {
    hubs.hint(channel);
    commandDesk.runEnded(channel, runId);
  });
  const retention = createRetention(settings);
  log.onAppend(({ channel, entries }) => {
    for (const { event } of entries)
      if (event.type === "agent_completed" && event.runId !== undefined)
        commandDesk.runEnded(channel, event.runId);
  });
  const heartbeat = new Heartbeat(clock, settings.heartbeat);
  const health = new StoreHealth(log, clock);
  const connections = new Connections(limits);
  const admission = new Admission(clock, settings.admission);
  const budget = new BufferBudget({
    ...{ connections, clock, logger },
    maxBytes: limits.maxTotalBufferedBytes,
  });
  const reports: ClientReport[] = [];
  const startedAt = clock.monotonic();
  let welcomes = 0;
  let accepted = 0;
  let isClosing = false;
  let closing: Promise<void> | undefined;

  const door = new Door({
    ...{ settings, connections, admission, budget, isClosing: () => isClosing },
    connectRate: new ConnectRate(clock, limits.connectRatePerAddress),
  });

  const services: ConnectionServices = {
    ...{ settings, log, hubs, pages, clock, limits, admission, commandDesk, publishDesk },
    replay: settings.replay,
    publishBudget: createPublishBudget(clock, limits),
    replayBudget: new ReplayBudget(clock, limits.replayBytesPerMinute),
    access: new Access(settings),
    nextOrder: () => ++welcomes,
    admit: (connection, user) => connections.welcome(connection, user),
    onReport({ code, detail }, { id }) {
      const report = { connectionId: id, time: clock.now(), code };
      reports.push(detail === undefined ? report : { ...report, detail });
      if (reports.length > keptReports) reports.shift();
    },
    onSent: (bytes) => budget.onSent(bytes),
    onClosing: (connection) => heartbeat.remove(connection),
    onGone: (connection) => connections.remove(connection),
  };

  function mustBeOpen(): void {
    if (isClosing) throw new RunwireError("closed", "this server was closed");
  }

  async function close(): Promise<void> {
    leases.close();
    const trimmed = retention?.close();
    localRuns.close();
    admission.close();
    await drainConnections(connections, settings);
    await trimmed;
    commandDesk.close();
    heartbeat.close();
    budget.close();
    hubs.close();
  }

  return {
    limits,
    logger,
    maxEventBytes: limits.maxEventBytes,
    maxPublishBytes: limits.maxMessageBytes - envelopeBytes,
    accept(socket, request) {
      accepted += 1;
      const connection = new Connection(socket, request, services);
      connections.add(connection);
      heartbeat.add(connection);
      // Whoever slipped in while the others are sent away goes with them.
      if (isClosing) connection.sendAway("serviceRestart", settings.drain.spreadMs);
      return connection;
    },
    refusalOf: (request) => door.refusalOf(request),
    admit: (request, tell) => door.admit(request, tell),
    async revoke({ user, channel }) {
      checkUserId("revoke: user", user);
      const ended = connections.of(user).map((connection) => connection.revoke(channel));
      return (await Promise.all(ended)).reduce((sum, count) => sum + count, 0);
    },
    disconnectUser(userId) {
      checkUserId("disconnectUser: the user", userId);
      return [...connections].filter((connection) => connection.disconnectUser(userId)).length;
    },
    async publish(request) {
      mustBeOpen();
      const actor = { type: "server" } as const;
      const { epoch, offset } = await publishDesk.publish({ ...request, actor });
      return { epoch, offset };
    },
    async attachRun(attachment, handlers) {
      mustBeOpen();
      return localRuns.attach(attachment, handlers);
    },
    async fetch({ channel, after, limit = protocolLimits.maxFetchLimit, runId }) {
      mustBeOpen();
      const request = { channel, after, limit, ...(runId !== undefined && { runId }) };
      const page = await readPage(log, request, settings.replay.pageBytes);
      return {
        ...toRange(page, after),
        events: log.toEntries(channel, page.events).map(({ event }) => event),
      };
    },
    async status() {
      const state = (await health.isWell()) ? "ok" : "degraded";
      return {
        status: isClosing ? "draining" : state,
        version: SERVER_VERSION,
        uptimeMs: Math.round(clock.monotonic() - startedAt),
        connections: connections.size,
      };
    },
    stats() {
      const all = [...connections];
      return {
        connections: all.length,
        subscriptions: all.reduce((sum, connection) => sum + connection.subscriptions, 0),
        channels: hubs.size,
        bufferedBytes: all.reduce((sum, { outbox }) => sum + outbox.bufferedBytes, 0),
        appendedEvents: log.appendedEvents,
        pageReads: pages.reads,
        acceptedConnections: accepted,
        admission: toAdmissionStats(admission),
        reports: [...reports],
      };
    },
    close() {
      isClosing = true;
      closing ??= close();
      return closing;
    },
  };
}

function toAdmissionStats(admission: Admission): AdmissionStats {
  return {
    waitingUpgrades: admission.waiting("upgrade"),
    waitingGreetings: admission.waiting("greeting"),
    waitingResumes: admission.waiting("resume"),
    resumesInFlight: admission.resumesInFlight,
    refused: admission.refused,
  };
}

function createPublishBudget(
  clock: ServerClock,
  { publishBytesPerSecond }: ServerLimits,
): PublishBudget | undefined {
  return publishBytesPerSecond === undefined
    ? undefined
    : new PublishBudget(clock, publishBytesPerSecond);
}

/** Nothing is ever trimmed where nobody said what to keep. */
function createRetention(settings: ServerSettings): RetentionKeeper | undefined {
  const { retention: retentionOf, store, clock, logger } = settings;
  return retentionOf && new RetentionKeeper({ store, clock, logger, retentionOf });
}

/** Callers from JavaScript may give a whole user, whom nobody is; a ban must not pass in silence. */
function checkUserId(what: string, id: unknown): void {
  if (typeof id !== "string" || id === "")
    throw new RunwireError("invalid_options", `${what} must be the id of a user, like "ann"`);
}
