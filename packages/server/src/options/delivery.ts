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

export const defaultDelivery: {
  readonly slowReader: SlowReaderOptions;
  readonly batch: BatchOptions;
  readonly replay: ReplayOptions;
} = {
  slowReader: { maxBufferedBytes: 1_048_576, resumeBelowBytes: 262_144, timeoutMs: 60_000 },
  batch: { windowMs: 200, minWindowMs: 25, maxEvents: 500, maxBytes: 262_144 },
  replay: { pageEvents: 1_000, pageBytes: 524_288, cacheBytes: 8_388_608 },
};
