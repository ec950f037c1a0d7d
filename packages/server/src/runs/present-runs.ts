import type { EventStore, RunRow } from "@runwire/store";
import type { RunHolders } from "./run-holders.js";
import { toRunKey } from "./run-key.js";
import type { WriterLink } from "./writer-link.js";

/** A link that may have a run, until the store has said so. */
interface Claim {
  readonly key: string;
  readonly link: WriterLink;
}

/**
 * Runs as the store has them now. A run can be taken over another server, or over this one while an answer of the
 * store to its earlier writer is still on its way: what this server was told last need not be so.
 */
export class PresentRuns {
  readonly #store: EventStore;
  readonly #holders: RunHolders;
  readonly #claims = new Set<Claim>();

  constructor(store: EventStore, holders: RunHolders) {
    this.#store = store;
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

  /** Whether the run is this writer's, as far as the store answers, and the link was not detached meanwhile. */
  async isOf(writer: string, channel: string, runId: string, link: WriterLink): Promise<boolean> {
    const claim = { key: toRunKey(channel, runId), link };
    this.#claims.add(claim);
    try {
      const run = await this.#store.run(channel, runId);
      return this.#claims.has(claim) && run?.writer === writer;
    } catch {
      return this.#claims.has(claim);
    } finally {
      this.#claims.delete(claim);
    }
  }

  /** The link claims the run no longer. */
  withdraw(key: string, link: WriterLink): void {
    for (const claim of this.#claims)
      if (claim.key === key && claim.link === link) this.#claims.delete(claim);
  }
}
