// Those that a browser's bundle needs stand alone: the whole table would add 0.3 kB to it.

/** Largest event, in bytes of UTF-8 JSON as it stands in the publish; a server may choose another. @see protocolLimits */
export const maxEventBytes = 262_144;
/** Largest message in either direction, in bytes of UTF-8; a server may choose another. @see protocolLimits */
export const maxMessageBytes = 1_048_576;
/** Root runs that `subscribe.runs` may ask for. @see protocolLimits */
export const maxRunsPerSubscribe = 1000;
/** Lease of a run that names none, in milliseconds. @see protocolLimits */
export const defaultLeaseMs = 60_000;
/** @see protocolLimits */
export const maxChannelNameLength = 200;
/** @see protocolLimits */
export const maxIdLength = 128;
/** @see protocolLimits */
export const maxEpochLength = 64;

/**
 * The bounds that `PROTOCOL.md` sets, each under one name.
 *
 * What a server may choose itself (message and event size) it announces in `welcome`;
 * the numbers here are its defaults.
 */
export const protocolLimits = {
  /** Largest event, in bytes of UTF-8 JSON as it stands in the publish. */
  maxEventBytes,
  /** Largest message in either direction, in bytes of UTF-8. */
  maxMessageBytes,
  /** Everything before `welcome`, `hello` included, in bytes. */
  maxBytesBeforeWelcome: 65_536,
  /** Levels of objects and arrays in an event, itself being the first. */
  maxEventDepth: 100,
  /** Levels of objects and arrays in any other message. */
  maxMessageDepth: 200,
  /** Events in one `publish`. */
  maxEventsPerPublish: 256,
  /** Runs in one `renew`. */
  maxRunsPerRenew: 256,
  /** Events in one `fetched`; also the default of `fetch.limit`. */
  maxFetchLimit: 1000,
  /** Root runs in one `listed`. */
  maxListLimit: 100,
  /** Root runs in one `listed` when `list.limit` is absent. */
  defaultListLimit: 20,
  /** Descendants that follow one root run in `listed`. */
  maxListedDescendants: 1000,
  /** Root runs that `subscribe.runs` may ask for. */
  maxRunsPerSubscribe,
  /** Code units of a channel name. */
  maxChannelNameLength,
  /** Code units of a `runId`, `messageId`, `toolCallId`, `name`, `key` and of a request's `id`. */
  maxIdLength,
  /** Code units of an epoch. */
  maxEpochLength,
  /** Bytes of `report.detail`. */
  maxReportDetailBytes: 2048,
  /** Shortest lease of a run, in milliseconds. */
  minLeaseMs: 5_000,
  /** Longest lease of a run, in milliseconds (a day). */
  maxLeaseMs: 86_400_000,
  /** Lease of a run that names none, in milliseconds. */
  defaultLeaseMs,
  /** How often the server pings, and after how much silence a client does, in milliseconds. */
  heartbeatIntervalMs: 30_000,
  /** After how much silence a connection counts as dead, in milliseconds. */
  heartbeatTimeoutMs: 60_000,
  /** How long a client may wait before `hello`, in milliseconds. */
  helloTimeoutMs: 10_000,
  /** How long a connection goes on after its credentials ran out, in milliseconds. */
  expiryGraceMs: 10_000,
  /** `bad_message` answers within a minute; the last of them is followed by close 4400. */
  maxBadMessagesPerMinute: 10,
} as const;
