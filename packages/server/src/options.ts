import { protocolLimits, RunwireError } from "@runwire/protocol";
import type { EventStore } from "@runwire/store";
import { type ServerClock, serverClock } from "./clock.js";
import { guardLogger, type Logger, silentLogger } from "./logger.js";
import type { AuthorizeRequest, Credentials, User } from "./users.js";

/** How much of everything a server takes; each is a bound on what one peer can make it do. */
export interface ServerLimits {
  /** Sockets at once; further upgrades get 503. @default 20000 */
  readonly maxConnections: number;
  /** Welcomed connections of one user (not of the anonymous one). @default 32 */
  readonly maxConnectionsPerUser: number;
  /** Sockets of one address that are not welcomed yet; further upgrades get 429. @default 64 */
  readonly maxUnwelcomedPerAddress: number;
  /** Bytes of one message in either direction. @default 1048576 */
  readonly maxMessageBytes: number;
  /** Bytes of one event as it stands in a publish. @default 262144 */
  readonly maxEventBytes: number;
  /** Bytes before `welcome`, `hello` included. @default 65536 */
  readonly maxBytesBeforeWelcome: number;
  /** Fragments of one WebSocket message. @default 64 */
  readonly maxFragments: number;
  /** Pieces of unparsed data of one socket. @default 1024 */
  readonly maxBufferedChunks: number;
  /** Pongs that a peer which does not read may leave waiting. @default 16 */
  readonly maxPendingPongs: number;
  /** Requests other than publishes, renewals and subscriptions. @default 20 a second after 100 at once */
  readonly messageRate: Rate;
  /** `bad_message` answers in a minute; the last is followed by close 4400. @default 10 */
  readonly maxBadMessagesPerMinute: number;
  /** Subscriptions of one connection. @default 128 */
  readonly maxSubscriptions: number;
  /** Subscribes; the excess waits. @default 20 a second after 128 at once */
  readonly subscribeRate: Rate;
  /** `forbidden` answers in a minute; one more closes 4429. @default 20 */
  readonly maxRefusalsPerMinute: number;
  /** Bytes of requests of one connection that are under way before its socket is left unread. @default 1048576 */
  readonly maxPendingBytes: number;
  /**
   * Unsent bytes of all sockets together, a frame that several wait for counted for each of them. Above it the
   * connections with the most are closed 4410 first, and upgrades get 503. @default 268435456
   */
  readonly maxTotalBufferedBytes: number;
  /**
   * Bytes of history (pages, `fetched`, `listed`) that one user reads in a minute, after as many at once; of those
   * without a user, one connection. The excess waits. @default 52428800
   */
  readonly replayBytesPerMinute: number;
}

/** A bucket that holds `burst` and is refilled by `perSecond`. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** When a subscriber counts as slow, and what then. */
export interface SlowReaderOptions {
  /** Unsent bytes of one socket above which nothing more is pushed to it. @default 1048576 */
  readonly maxBufferedBytes: number;
  /** Unsent bytes below which it is served again, from the log. @default 262144 */
  readonly resumeBelowBytes: number;
  /** How long a socket may take no byte of what waits for it, before it is closed 4410. @default 60000 */
  readonly timeoutMs: number;
}

/** How events are gathered into one frame. */
export interface BatchOptions {
  /** How long a delta waits for others while the server is busy, milliseconds. 0 sends at the end of each tick. @default 200 */
  readonly windowMs: number;
  /**
   * How long it waits while the server is calm: below 1 % of the last second spent on frames; from 5 % on it waits
   * for `windowMs`, and in between in between. Milliseconds.
   * @default 25
   */
  readonly minWindowMs: number;
  /** Events at which a frame goes at once. @default 500 */
  readonly maxEvents: number;
  /** Bytes at which a frame goes at once. @default 262144 */
  readonly maxBytes: number;
}

/** How the log is read for those who are behind. */
export interface ReplayOptions {
  /** Events of a page. @default 1000 */
  readonly pageEvents: number;
  /** Bytes of a page. @default 524288 */
  readonly pageBytes: number;
  /** Bytes of merged pages that are kept for the next reader. @default 8388608 */
  readonly cacheBytes: number;
}

/** How a server takes its leave. */
export interface DrainOptions {
  /** Connections that are told to leave at once. @default 500 */
  readonly batchSize: number;
  /** Pause between two batches, milliseconds. @default 250 */
  readonly intervalMs: number;
  /** Over how long the clients come back, milliseconds. @default 10000 */
  readonly spreadMs: number;
  /** When whoever is still there is cut off, milliseconds. @default 30000 */
  readonly timeoutMs: number;
}

/** How the application's handlers are called. */
export interface AuthOptions {
  /** How long `authenticate` and `authorize` may take, milliseconds; then the answer is no. @default 5000 */
  readonly timeoutMs: number;
  /** Calls of `authenticate` at once; the others wait. @default 64 */
  readonly maxConcurrent: number;
  /** How often the subscriptions of a connection are authorized again, milliseconds. @default 300000 */
  readonly revalidateMs: number;
}

/** How a dead connection is found. */
export interface HeartbeatOptions {
  /** How often a socket is pinged, milliseconds. @default 30000 */
  readonly intervalMs: number;
  /** After how much silence it is terminated, milliseconds. @default 60000 */
  readonly timeoutMs: number;
}

/** How commands reach runs. */
export interface CommandOptions {
  /** How long a command waits for a connection of the run's writer, milliseconds. @default 5000 */
  readonly connectTimeoutMs: number;
  /** How long a handler may take from the first handing over, milliseconds. @default 30000 */
  readonly handleTimeoutMs: number;
  /** How long a command that was handed over waits on when its run has ended, milliseconds. @default 5000 */
  readonly afterEndMs: number;
}

interface CommonOptions<AppUser extends User> {
  /** Where the events are kept. Whoever opened it closes it, after the server. */
  readonly store: EventStore;
  readonly limits?: Partial<ServerLimits>;
  readonly slowReader?: Partial<SlowReaderOptions>;
  readonly batch?: Partial<BatchOptions>;
  readonly replay?: Partial<ReplayOptions>;
  readonly drain?: Partial<DrainOptions>;
  readonly auth?: Partial<AuthOptions>;
  readonly heartbeat?: Partial<HeartbeatOptions>;
  readonly commands?: Partial<CommandOptions>;
  /** @default silent */
  readonly logger?: Logger;
  /** @default the real one */
  readonly clock?: ServerClock;
  /** 0 ≤ random() < 1, for spreading returns. @default Math.random */
  readonly random?: () => number;
  /**
   * Makes a user of the credentials; `null` means: nobody (close 4401). Asked at each connection and for each
   * fresh token. What throws or takes longer than `auth.timeoutMs` lets nobody in.
   */
  readonly authenticate?: (credentials: Credentials) => AppUser | null | Promise<AppUser | null>;
}

/** Options of {@link createRunwireServer}. Who may what is said by `authorize`, or given up by `access`. */
export type RunwireServerOptions<AppUser extends User = User> = CommonOptions<AppUser> &
  (
    | {
        readonly authenticate: NonNullable<CommonOptions<AppUser>["authenticate"]>;
        /** Whether a user may do something in a channel. What throws or hangs means no. */
        readonly authorize: (request: AuthorizeRequest<AppUser>) => boolean | Promise<boolean>;
        readonly access?: never;
      }
    | {
        /** Everybody who can reach the server may read, write and command everything. For trying things out. */
        readonly access: "open-to-everyone";
        readonly authorize?: never;
      }
  );

/** Every option with its default in place. */
export interface ServerSettings {
  readonly store: EventStore;
  readonly limits: ServerLimits;
  readonly slowReader: SlowReaderOptions;
  readonly batch: BatchOptions;
  readonly replay: ReplayOptions;
  readonly drain: DrainOptions;
  readonly auth: AuthOptions;
  readonly heartbeat: HeartbeatOptions;
  readonly commands: CommandOptions;
  readonly logger: Logger;
  readonly clock: ServerClock;
  readonly random: () => number;
  readonly authenticate:
    | ((credentials: Credentials) => User | null | Promise<User | null>)
    | undefined;
  readonly authorize: ((request: AuthorizeRequest) => boolean | Promise<boolean>) | undefined;
}

/** The defaults of every bound and of every length of time. */
export const defaultServerOptions: Pick<
  ServerSettings,
  "limits" | "slowReader" | "batch" | "replay" | "drain" | "auth" | "heartbeat" | "commands"
> = {
  limits: {
    maxConnections: 20_000,
    maxConnectionsPerUser: 32,
    maxUnwelcomedPerAddress: 64,
    maxMessageBytes: protocolLimits.maxMessageBytes,
    maxEventBytes: protocolLimits.maxEventBytes,
    maxBytesBeforeWelcome: protocolLimits.maxBytesBeforeWelcome,
    maxFragments: 64,
    maxBufferedChunks: 1_024,
    maxPendingPongs: 16,
    messageRate: { perSecond: 20, burst: 100 },
    maxBadMessagesPerMinute: protocolLimits.maxBadMessagesPerMinute,
    maxSubscriptions: 128,
    subscribeRate: { perSecond: 20, burst: 128 },
    maxRefusalsPerMinute: 20,
    maxPendingBytes: 1_048_576,
    maxTotalBufferedBytes: 268_435_456,
    replayBytesPerMinute: 52_428_800,
  },
  slowReader: { maxBufferedBytes: 1_048_576, resumeBelowBytes: 262_144, timeoutMs: 60_000 },
  batch: { windowMs: 200, minWindowMs: 25, maxEvents: 500, maxBytes: 262_144 },
  replay: { pageEvents: 1_000, pageBytes: 524_288, cacheBytes: 8_388_608 },
  drain: { batchSize: 500, intervalMs: 250, spreadMs: 10_000, timeoutMs: 30_000 },
  auth: { timeoutMs: 5_000, maxConcurrent: 64, revalidateMs: 300_000 },
  heartbeat: {
    intervalMs: protocolLimits.heartbeatIntervalMs,
    timeoutMs: protocolLimits.heartbeatTimeoutMs,
  },
  commands: { connectTimeoutMs: 5_000, handleTimeoutMs: 30_000, afterEndMs: 5_000 },
};

/**
 * Fills in the defaults.
 *
 * @throws RunwireError `invalid_options` when nobody said who may what, or a number cannot be one
 */
export function resolveOptions<AppUser extends User>(
  options: RunwireServerOptions<AppUser>,
): ServerSettings {
  // Callers from JavaScript may give nothing at all.
  checkAccess(options ?? {});
  const defaults = defaultServerOptions;
  return {
    store: options.store,
    limits: resolveGroup("limits", defaults.limits, options.limits),
    slowReader: resolveGroup("slowReader", defaults.slowReader, options.slowReader),
    batch: resolveGroup("batch", defaults.batch, options.batch),
    replay: resolveGroup("replay", defaults.replay, options.replay),
    drain: resolveGroup("drain", defaults.drain, options.drain),
    auth: resolveGroup("auth", defaults.auth, options.auth),
    heartbeat: resolveGroup("heartbeat", defaults.heartbeat, options.heartbeat),
    commands: resolveGroup("commands", defaults.commands, options.commands),
    logger: guardLogger(options.logger ?? silentLogger),
    clock: options.clock ?? serverClock,
    random: options.random ?? Math.random,
    authenticate: options.authenticate,
    // Only ever called with what `authenticate` of the same options returned.
    authorize: options.authorize as ServerSettings["authorize"],
  };
}

interface AccessOptions {
  readonly store?: unknown;
  readonly access?: unknown;
  readonly authenticate?: unknown;
  readonly authorize?: unknown;
}

/** What the types say already, for those who call from JavaScript. */
function checkAccess({ store, access, authenticate, authorize }: AccessOptions): void {
  if (!store) throw invalid("store is missing; pass one, createMemoryStore() for example");
  if (access !== undefined && access !== "open-to-everyone")
    throw invalid('access takes only "open-to-everyone"');
  if (access !== undefined && authorize !== undefined)
    throw invalid('access: "open-to-everyone" and authorize exclude each other; drop one');
  if (access === undefined && !(authenticate && authorize))
    throw invalid(
      "nobody has said who may use this server: pass authenticate and authorize, " +
        'or spell out access: "open-to-everyone"',
    );
}

/** What may be nothing at all; every other number is a bound or a length that must be there. */
const mayBeZero: ReadonlySet<string> = new Set([
  "windowMs",
  "minWindowMs",
  "cacheBytes",
  "intervalMs",
  "spreadMs",
]);

function resolveGroup<Group extends object>(
  name: string,
  defaults: Group,
  given: Partial<Group> | undefined,
): Group {
  const entries = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  const known = new Map<string, unknown>(Object.entries(defaults));
  for (const [key, value] of entries) {
    if (!known.has(key)) throw invalid(`${name}.${key} is no option`);
    if (typeof known.get(key) === "object") checkRate(`${name}.${key}`, value);
    else checkNumber(`${name}.${key}`, key, value);
  }
  return { ...defaults, ...Object.fromEntries(entries) };
}

function checkNumber(path: string, key: string, value: unknown): void {
  if (typeof value !== "number" || !(value >= 0))
    throw invalid(`${path} must be a number of at least 0`);
  if (value === 0 && !(mayBeZero.has(key) && path !== "heartbeat.intervalMs"))
    throw invalid(`${path} must be more than 0`);
}

function checkRate(path: string, value: unknown): void {
  const rate = Object(value) as Partial<Record<keyof Rate, unknown>>;
  for (const key of ["perSecond", "burst"] as const) {
    const number = rate[key];
    if (typeof number !== "number" || !(number > 0))
      throw invalid(`${path}.${key} must be a number and more than 0`);
  }
}

function invalid(message: string): RunwireError {
  return new RunwireError("invalid_options", message);
}
