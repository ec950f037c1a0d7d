/** How newcomers are let in when many come at once. */
export interface AdmissionOptions {
  /**
   * How much of each turn of the event loop goes into newcomers, milliseconds; the others are read in between.
   * @default 10
   */
  readonly turnMs: number;
  /** Subscribes and pages of history that are served at once; the others wait in line. @default 512 */
  readonly resumesInFlight: number;
  /** Upgrades and greetings that wait; further ones get 503 or 1013. @default 5000 */
  readonly queue: number;
  /** How long one of them waits at most, milliseconds; then it gets 503 or 1013. @default 8000 */
  readonly queueTimeoutMs: number;
}

export const defaultAdmission: AdmissionOptions = {
  turnMs: 10,
  resumesInFlight: 512,
  queue: 5_000,
  // Before the 10 s after which a client gives up by itself, and learns nothing of when to come back.
  queueTimeoutMs: 8_000,
};
