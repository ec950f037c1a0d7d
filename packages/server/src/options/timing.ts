import { protocolLimits } from "@runwire/protocol";

/** How a server takes its leave. */
export interface DrainOptions {
  /**
   * How long the connections are served on before the first is told to leave, milliseconds. Meanwhile upgrades get
   * 503 and the status says `draining`: give a load balancer the time to notice. @default 0
   */
  readonly graceMs: number;
  /** Connections that are told to leave at once. @default 500 */
  readonly batchSize: number;
  /** Pause between two batches, milliseconds. @default 250 */
  readonly intervalMs: number;
  /** Over how long the clients come back, milliseconds. @default 10000 */
  readonly spreadMs: number;
  /** When whoever is still there is cut off, milliseconds; counted from the beginning. @default 30000 */
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

export const defaultTiming: {
  readonly drain: DrainOptions;
  readonly auth: AuthOptions;
  readonly heartbeat: HeartbeatOptions;
  readonly commands: CommandOptions;
} = {
  drain: { graceMs: 0, batchSize: 500, intervalMs: 250, spreadMs: 10_000, timeoutMs: 30_000 },
  auth: { timeoutMs: 5_000, maxConcurrent: 64, revalidateMs: 300_000 },
  heartbeat: {
    intervalMs: protocolLimits.heartbeatIntervalMs,
    timeoutMs: protocolLimits.heartbeatTimeoutMs,
  },
  commands: { connectTimeoutMs: 5_000, handleTimeoutMs: 30_000, afterEndMs: 5_000 },
};
