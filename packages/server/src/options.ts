import type { EventStore } from "@runwire/store";
import { type ServerClock, serverClock } from "./clock.js";
import { guardLogger, type Logger, silentLogger } from "./logger.js";
import { type AdmissionOptions, defaultAdmission } from "./options/admission.js";
import { checkAccess, checkLimits, resolveGroup } from "./options/checks.js";
import {
  type BatchOptions,
  defaultDelivery,
  type ReplayOptions,
  type SlowReaderOptions,
} from "./options/delivery.js";
import { defaultLimits, type ServerLimits } from "./options/limits.js";
import { type RetentionOf, type RetentionOption, resolveRetention } from "./options/retention.js";
import {
  type AuthOptions,
  type CommandOptions,
  type DrainOptions,
  defaultTiming,
  type HeartbeatOptions,
} from "./options/timing.js";
import type { AuthorizeRequest, Credentials, User } from "./users.js";

export type { AdmissionOptions } from "./options/admission.js";
export type { BatchOptions, ReplayOptions, SlowReaderOptions } from "./options/delivery.js";
export type { Rate, ServerLimits } from "./options/limits.js";
export type { RetentionOption, RetentionPolicy } from "./options/retention.js";
export type {
  AuthOptions,
  CommandOptions,
  DrainOptions,
  HeartbeatOptions,
} from "./options/timing.js";

interface CommonOptions<AppUser extends User> {
  /** Where the events are kept. Whoever opened it closes it, after the server. */
  readonly store: EventStore;
  readonly limits?: Partial<ServerLimits>;
  readonly admission?: Partial<AdmissionOptions>;
  readonly slowReader?: Partial<SlowReaderOptions>;
  readonly batch?: Partial<BatchOptions>;
  readonly replay?: Partial<ReplayOptions>;
  /**
   * How much of each channel is kept; whole runs that have ended go, the oldest first. What is gone is gone for good,
   * and every reader who has not had it yet is told. @default everything
   */
  readonly retention?: RetentionOption;
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
   * Makes a user of the credentials; `null` means: nobody (close 4401). Asked at each connection, for each message
   * over HTTP and for each fresh token. What throws or takes longer than `auth.timeoutMs` lets nobody in.
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
  readonly admission: AdmissionOptions;
  readonly slowReader: SlowReaderOptions;
  readonly batch: BatchOptions;
  readonly replay: ReplayOptions;
  /** Absent: nothing is ever trimmed. */
  readonly retention: RetentionOf | undefined;
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
  | "limits"
  | "admission"
  | "slowReader"
  | "batch"
  | "replay"
  | "drain"
  | "auth"
  | "heartbeat"
  | "commands"
> = { limits: defaultLimits, admission: defaultAdmission, ...defaultDelivery, ...defaultTiming };

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
  const limits = resolveGroup("limits", defaults.limits, options.limits);
  checkLimits(limits);
  return {
    store: options.store,
    limits,
    admission: resolveGroup("admission", defaults.admission, options.admission),
    slowReader: resolveGroup("slowReader", defaults.slowReader, options.slowReader),
    batch: resolveGroup("batch", defaults.batch, options.batch),
    replay: resolveGroup("replay", defaults.replay, options.replay),
    retention: resolveRetention(options.retention),
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
