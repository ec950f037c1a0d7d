import type { AgentCompleted } from "@runwire/protocol";
import type { RunRow } from "@runwire/store";
import { repeat, type ServerClock } from "../clock.js";
import type { EventLog } from "../log/event-log.js";
import type { Logger } from "../logger.js";

/** How often lapsed leases are looked for, milliseconds. */
const sweepMs = 1_000;
/** A sweep that comes this late means that the process stood still: nobody could renew meanwhile, milliseconds. */
const stallMs = 2_000;
/** Runs that one question to the store may name. */
const atOnce = 100;

/** Told when a run was ended here. */
export type OnAbandoned = (channel: string, runId: string) => void;

/**
 * Ends the runs whose writers are gone: every run ends.
 *
 * Time in which no writer could have renewed does not count. After its own start, and after a stall of its own,
 * every open run gets one whole lease more. A machine that slept stalled too, though the clock that never jumps
 * stood still meanwhile; and so does one whose wall clock, by which leases lapse, was set forward.
 */
export class LeaseKeeper {
  readonly #log: EventLog;
  readonly #logger: Logger;
  readonly #clock: ServerClock;
  readonly #onAbandoned: OnAbandoned;
  readonly #stop: () => void;
  #mustExtend = true;
  #isSweeping = false;
  #isClosed = false;

  constructor(log: EventLog, clock: ServerClock, logger: Logger, onAbandoned: OnAbandoned) {
    this.#log = log;
    this.#clock = clock;
    this.#logger = logger;
    this.#onAbandoned = onAbandoned;
    this.#stop = repeat(clock, sweepMs, ({ lateMs, wallLateMs }) => {
      if (Math.max(lateMs, wallLateMs) > stallMs) this.#mustExtend = true;
      void this.#sweep();
    });
    void this.#sweep();
  }

  close(): void {
    this.#isClosed = true;
    this.#stop();
  }

  async #sweep(): Promise<void> {
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    try {
      await this.#extendAfterAbsence();
      // A stall that is over only now is noticed before anything is ended.
      if (!this.#mustExtend) await this.#abandonLapsed();
    } catch (error) {
      // Whoever closes the server may close the store right after it.
      if (!this.#isClosed) this.#logger.warn("leases could not be looked at; trying again", error);
    } finally {
      this.#isSweeping = false;
    }
  }

  async #extendAfterAbsence(): Promise<void> {
    if (!this.#mustExtend) return;
    this.#mustExtend = false;
    try {
      await this.#log.store.extendLeases();
    } catch (error) {
      this.#mustExtend = true;
      throw error;
    }
  }

  async #abandonLapsed(): Promise<void> {
    const lapsed = await this.#log.store.lapsedRuns(atOnce);
    for (const row of lapsed) {
      if (this.#mustExtend || this.#isClosed) return;
      await this.#abandon(row);
    }
  }

  async #abandon({ channel, runId, leaseMs }: RunRow): Promise<void> {
    const event: AgentCompleted = {
      type: "agent_completed",
      runId,
      time: this.#clock.now(),
      outcome: "abandoned",
      error: {
        code: "lease_lapsed",
        message: `nobody wrote to or renewed this run for ${Math.round(leaseMs / 1000)} s`,
      },
    };
    const request = { channel, runId, event: { event, json: JSON.stringify(event) } };
    if (await this.#log.store.abandon(request)) this.#onAbandoned(channel, runId);
  }
}
