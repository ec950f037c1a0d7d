/** How long to wait between attempts, and how many before the client parks. */
export interface Backoff {
  /** @default 1000 */
  readonly firstMs: number;
  /** @default 30000 */
  readonly maxMs: number;
  /** Attempts in a row; then parked. @default 10 */
  readonly attempts: number;
  /** How long a connection must last for the count to begin anew. @default 10000 */
  readonly resetAfterMs: number;
  /** How long the client stays parked before it tries once more. @default 300000 */
  readonly parkedMs: number;
}

/** The defaults of `PROTOCOL.md` § 7. */
export const defaultBackoff: Backoff = {
  firstMs: 1_000,
  maxMs: 30_000,
  attempts: 10,
  resetAfterMs: 10_000,
  parkedMs: 300_000,
};

/** The wait before attempt 1, 2, …: doubling, with full jitter (`random` is 0 to 1). */
export function toBackoffMs(attempt: number, random: number, backoff: Backoff): number {
  return random * Math.min(backoff.maxMs, backoff.firstMs * 2 ** (attempt - 1));
}
