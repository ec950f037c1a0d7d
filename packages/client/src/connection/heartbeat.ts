import type { Clock } from "@runwire/protocol";
import { createTimer } from "../environment.js";

/** What a heartbeat needs; no socket. */
export interface HeartbeatOptions {
  readonly clock: Clock;
  /** How often to ping. */
  readonly intervalMs: number;
  /** How much silence is death, where a ping is unanswered. */
  readonly timeoutMs: number;
  /** How long a probe waits. */
  readonly probeMs: number;
  ping(): void;
  onDead(): void;
}

export interface Heartbeat {
  /** Something was heard. */
  heard(): void;
  /** Finds out now whether the connection is alive: after sleep, or on another network. */
  probe(): void;
  stop(): void;
}

/** A timer that fires this much too late says that nobody read the socket either. */
const lateMs = 1_000;

/**
 * Pings at once and then every interval, and tells when a ping stays unanswered until `timeoutMs` after
 * the last sign of life.
 *
 * A timer that comes late (a hidden tab, a stalled loop, sleep) judges nothing: what has arrived
 * meanwhile was not read yet. It pings again and waits for the next one; that one judges, late or not,
 * because the socket was read in between.
 */
export function createHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { clock, intervalMs, timeoutMs, probeMs } = options;
  const timer = createTimer(clock);
  let heardAt = clock.now();
  let pingedAt = 0;
  let deadline = 0;
  let isUnanswered = false;
  let wasPostponed = false;

  ping(timeoutMs);
  return { heard, probe: () => ping(0), stop: timer.clear };

  function ping(patienceMs: number): void {
    pingedAt = clock.now();
    heardAt = Math.min(heardAt, pingedAt);
    // After a long sleep the silence is long already: the ping gets its time all the same.
    deadline = Math.max(heardAt + patienceMs, pingedAt + probeMs);
    isUnanswered = true;
    timer.set(Math.min(intervalMs, deadline - pingedAt), tick);
    options.ping();
  }

  function tick(): void {
    const now = clock.now();
    const restMs = (isUnanswered ? deadline : pingedAt + intervalMs) - now;
    // A clock that was set back must not make the rest longer than it was.
    if (restMs > 0 && restMs <= timeoutMs) timer.set(restMs, tick);
    else if (isUnanswered) judge(-restMs);
    else ping(timeoutMs);
  }

  function judge(tooLateMs: number): void {
    const isFair = Math.abs(tooLateMs) < lateMs || wasPostponed;
    wasPostponed = true;
    if (isFair) options.onDead();
    else ping(0);
  }

  function heard(): void {
    heardAt = clock.now();
    isUnanswered = false;
    wasPostponed = false;
  }
}
