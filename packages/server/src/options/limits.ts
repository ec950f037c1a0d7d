import { protocolLimits } from "@runwire/protocol";

/** How much of everything a server takes; each is a bound on what one peer can make it do. */
export interface ServerLimits {
  /** Sockets, and requests over HTTP while they last; further ones get 503. @default 20000 */
  readonly maxConnections: number;
  /** Welcomed connections of one user, and requests over HTTP (not of the anonymous one). @default 32 */
  readonly maxConnectionsPerUser: number;
  /** Sockets of one address that are not welcomed yet; further upgrades get 429. @default 64 */
  readonly maxUnwelcomedPerAddress: number;
  /** Sockets of one address, welcomed or not; further upgrades get 429. Of IPv6, of one /64. @default none */
  readonly maxConnectionsPerAddress: number | undefined;
  /** Upgrades of one address, and messages over HTTP; the excess gets 429. Of IPv6, of one /64. @default none */
  readonly connectRatePerAddress: Rate | undefined;
  /** Bytes of one message in either direction, over HTTP too. @default 1048576 */
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
  /** Requests other than publishes, renewals and subscriptions; over HTTP of one user. @default 20 a second after 100 at once */
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
   * Bytes of publishes that one user sends in a second, after as many at once; of those without a user, one
   * connection. The sockets of who sends more are left unread for as long. At least a twentieth of
   * `maxMessageBytes`: a client whose socket is unread for a minute takes it for dead. @default none
   */
  readonly publishBytesPerSecond: number | undefined;
  /**
   * Unsent bytes of all sockets together, as they are in memory: a frame that several wait for is counted once, and
   * 128 bytes for each who waits for it. Above it the connections that cost the most are closed 4410 first (of what
   * several wait for each costs its part), and upgrades get 503. @default 268435456
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

export const defaultLimits: ServerLimits = {
  maxConnections: 20_000,
  maxConnectionsPerUser: 32,
  maxUnwelcomedPerAddress: 64,
  // Behind a proxy all users share an address, and behind a router many do: only the application knows.
  maxConnectionsPerAddress: undefined,
  connectRatePerAddress: undefined,
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
  // A writer that waits for the store is slowed already; only the application knows what a fair share is.
  publishBytesPerSecond: undefined,
  maxTotalBufferedBytes: 268_435_456,
  replayBytesPerMinute: 52_428_800,
};
