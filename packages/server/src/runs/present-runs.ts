import type { EventStore, RunRow } from "@runwire/store";
import type { ServerClock } from "../clock.js";
import type { RunHolders } from "./run-holders.js";
import { toRunKey } from "./run-key.js";
import type { WriterLink } from "./writer-link.js";

/** How soon a store that failed is asked again, milliseconds. */
const retryMs = 250;

/** Whoever asks the store again and again. */
interface Waiting {
  /** Ends the wait for the next question. */
  goOn: () => void;
}

/** A link that may have a run, until the store has said so. */
interface Claim extends Waiting {
  readonly key: string;
  readonly writer: string;
  readonly link: WriterLink;
}

/**
 * Runs as the store has them now. A run can be taken over another server, or over this one while an answer of the
 * store to its earlier writer is still on its way: what this server was told last need not be so.
 */
export class PresentRuns {
  readonly #store: EventStore;
  readonly #clock: ServerClock;
  readonly #holders: RunHolders;
  readonly #claims = new Set<Claim>();
  /** Those who wait before they read again. */
  readonly #readers = new Set<Waiting>();

  constructor(store: EventStore, clock: ServerClock, holders: RunHolders) {
    this.#store = store;
    this.#clock = clock;
    this.#holders = holders;
  }

  /** The run's row; a link of somebody who is not its writer any more has it no longer. */
  async read(channel: string, runId: string): Promise<RunRow | undefined> {
    const key = toRunKey(channel, runId);
    for (;;) {
      const before = this.#holders.of(key);
      const run = await this.#store.run(channel, runId);
      // Whoever came or went while the store was asked did so later, perhaps, than it answered.
      if (this.#holders.of(key) !== before) continue;
      if (run) this.#holders.deleteOthers(key, run.writer);
      return run;
    }
  }

  /** As `read`, asked until the store answers, for as long as somebody wants to know. */
  async readAtLast(
    channel: string,
    runId: string,
    isWanted: () => boolean,
  ): Promise<RunRow | undefined> {
    while (isWanted()) {
      const run = await this.read(channel, runId).catch(() => "unanswered" as const);
      if (run !== "unanswered") return run;
      if (isWanted()) await this.#pauseReading();
    }
    return undefined;
  }

  /** Whether the run is this writer's; asks until the store answers, unless the link is detached meanwhile. */
  async isOf(writer: string, channel: string, runId: string, link: WriterLink): Promise<boolean> {
    const claim: Claim = { key: toRunKey(channel, runId), writer, link, goOn: () => {} };
    // Of two links of one writer the later has it (RW-CMD-1), whichever is answered first.
    const own = [...this.#claims].filter((one) => one.key === claim.key && one.writer === writer);
    if (own.some((one) => one.link.order > link.order)) return false;
    for (const earlier of own) this.#end(earlier);
    this.#claims.add(claim);
    try {
      for (;;) {
        const run = await this.#store.run(channel, runId).catch(() => "unanswered" as const);
        if (!this.#claims.has(claim)) return false;
        if (run !== "unanswered") return run?.writer === writer;
        await this.#pause(claim);
      }
    } finally {
      this.#claims.delete(claim);
    }
  }

  /** Whether the store is being asked whose the run is. */
  isDisputed(key: string): boolean {
    return [...this.#claims].some((claim) => claim.key === key);
  }

  /** The link claims the run no longer. */
  withdraw(key: string, link: WriterLink): void {
    for (const claim of this.#claims)
      if (claim.key === key && claim.link === link) this.#end(claim);
  }

  /** Nobody claims anything any more, or waits. */
  close(): void {
    for (const claim of this.#claims) this.#end(claim);
    for (const reader of this.#readers) reader.goOn();
  }

  #end(claim: Claim): void {
    this.#claims.delete(claim);
    claim.goOn();
  }

  async #pauseReading(): Promise<void> {
    const reader: Waiting = { goOn: () => {} };
    this.#readers.add(reader);
    await this.#pause(reader);
    this.#readers.delete(reader);
  }

  #pause(waiting: Waiting): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#clock.after(retryMs, resolve);
      waiting.goOn = () => {
        stop();
        resolve();
      };
    });
  }
}
