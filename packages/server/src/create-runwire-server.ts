import { protocolLimits, type Report, RunwireError } from "@runwire/protocol";
import { BatchWindow } from "./channels/batch-window.js";
import { ChannelHubs } from "./channels/channel-hubs.js";
import type { ServerClock } from "./clock.js";
import { Access } from "./connection/access.js";
import { Admission } from "./connection/admission.js";
import { BufferBudget } from "./connection/buffer-budget.js";
import { ConnectRate } from "./connection/connect-rate.js";
import { Connection, type ConnectionServices } from "./connection/connection.js";
import { Connections } from "./connection/connections.js";
import { Door } from "./connection/door.js";
import { drainConnections } from "./connection/drain.js";
import { GuestBook } from "./connection/guest-book.js";
import { Heartbeat } from "./connection/heartbeat.js";
import type { Peer } from "./connection/peer.js";
import { PublishBudget } from "./connection/publish-budget.js";
import { readPage, toRange } from "./connection/read-requests.js";
import { ReplayBudget } from "./connection/replay-budget.js";
import { Visit, type VisitServices } from "./connection/visit.js";
import { Withdrawals } from "./connection/withdrawals.js";
import { EventLog } from "./log/event-log.js";
import { PageReader } from "./log/page-reader.js";
import { RetentionKeeper } from "./log/retention-keeper.js";
import { StoreHealth } from "./log/store-health.js";
import {
  type RunwireServerOptions,
  resolveOptions,
  type ServerLimits,
  type ServerSettings,
} from "./options.js";
import { RecentProblems } from "./recent-problems.js";
import { CommandDesk } from "./runs/command-desk.js";
import { LeaseKeeper } from "./runs/lease-keeper.js";
import { LocalRuns } from "./runs/local-runs.js";
import { PublishDesk } from "./runs/publish-desk.js";
import type { RunwireServer } from "./runwire-server.js";
import { describeConnections } from "./server-diagnostics.js";
import type { ClientReport, ServerStats, ServerStatus } from "./server-stats.js";
import type { User } from "./users.js";
import { SERVER_VERSION } from "./version.js";

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
  const resolved = resolveOptions(options);
  const problems = new RecentProblems(resolved.logger, resolved.clock);
  const settings: ServerSettings = { ...resolved, logger: problems };
  const { clock, limits, logger } = settings;
  const log = new EventLog(settings.store, logger);
  const pages = new PageReader(log, settings.replay, limits.maxEventBytes);
  const hubs = new ChannelHubs(log, {
    ...{ clock, logger, batch: settings.batch, replay: settings.replay },
    window: new BatchWindow(clock, settings.batch),
    maxEventBytes: limits.maxEventBytes,
    onHistoryChanged: (channel, floor) => pages.forget(channel, floor),
  });
  const commandDesk = new CommandDesk(settings.store, clock, settings.commands);
  const publishDesk = new PublishDesk(log, limits.maxEventBytes, logger);
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
  const withdrawals = new Withdrawals(connections, settings);
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

  const services = {
    ...{ settings, log, hubs, pages, clock, limits, admission, commandDesk, publishDesk, budget },
    replay: settings.replay,
    publishBudget: createPublishBudget(clock, limits),
    replayBudget: new ReplayBudget(clock, limits.replayBytesPerMinute),
    access: new Access(settings),
    nextOrder: () => ++welcomes,
    admit: (peer: Peer, user: User | undefined) => connections.welcome(peer, user),
    onReport({ code, detail }: Report, { id }: Peer) {
      const report = { connectionId: id, time: clock.now(), code };
      reports.push(detail === undefined ? report : { ...report, detail });
      if (reports.length > keptReports) reports.shift();
    },
    onClosing: (connection: Connection) => heartbeat.remove(connection),
    onGone: (peer: Peer) => connections.remove(peer),
  } satisfies ConnectionServices;
  const visitServices: VisitServices = {
    ...services,
    door,
    guests: new GuestBook(settings),
    onCome: (visit) => connections.add(visit),
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
    withdrawals.close();
    commandDesk.close();
    heartbeat.close();
    budget.close();
    hubs.close();
  }

  async function status(): Promise<ServerStatus> {
    const state = (await health.isWell()) ? "ok" : "degraded";
    return {
      status: isClosing ? "draining" : state,
      version: SERVER_VERSION,
      uptimeMs: Math.round(clock.monotonic() - startedAt),
      connections: connections.size,
    };
  }

  function stats(): ServerStats {
    const all = [...connections];
    return {
      connections: all.length,
      subscriptions: all.reduce((sum, connection) => sum + connection.subscriptions, 0),
      channels: hubs.size,
      bufferedBytes: all.reduce((sum, { outbox }) => sum + outbox.bufferedBytes, 0),
      appendedEvents: log.appendedEvents,
      conflictingPublishes: publishDesk.conflicts,
      pageReads: pages.reads,
      acceptedConnections: accepted,
      admission: admission.stats(),
      reports: [...reports],
    };
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
    answer: (visitor) => new Visit(visitor, visitServices).answer(),
    refusalOf: (request) => door.refusalOf(request),
    admit: (request, tell) => door.admit(request, tell),
    revoke: ({ user, channel }) => withdrawals.revoke(user, channel),
    disconnectUser: (userId) => withdrawals.disconnect(userId),
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
    status,
    stats,
    async diagnostics() {
      const { reports: told, ...numbers } = stats();
      return {
        status: await status(),
        stats: numbers,
        problems: problems.all,
        reports: told.map(({ connectionId, time, code }) => ({ connectionId, time, code })),
        connections: describeConnections(connections, clock.monotonic()),
      };
    },
    close() {
      isClosing = true;
      closing ??= close();
      return closing;
    },
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
