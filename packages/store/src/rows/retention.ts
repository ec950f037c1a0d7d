const minuteMs = 60_000;

/** How long what is asked again is answered as before, in milliseconds. */
export const retention = {
  /** The protocol promises 24 hours; the hour more is for clocks that were set. */
  publishMs: 25 * 60 * minuteMs,
  /** The protocol promises 5 minutes; the hour more is for clocks that were set. */
  answeredCommandMs: 70 * minuteMs,
  /** A command that nobody ever answered: its run is gone, and its asker too. */
  unansweredCommandMs: 24 * 60 * minuteMs,
  /** What servers tell each other. One that stood still for longer finds that something is missing. */
  noticeMs: minuteMs,
  /** Rows looked at in one step, so that no append waits for the cleaning. */
  rowsPerStep: 100,
  /** Appends between two steps, which look at as many rows: all rows are seen while as many come. */
  appendsPerStep: 100,
} as const;
