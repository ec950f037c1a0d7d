import type { CommandWaits } from "./command-waits.js";
import type { OpenCommands } from "./open-commands.js";
import type { PresentRuns } from "./present-runs.js";
import type { RunHolders } from "./run-holders.js";
import { toRunKey } from "./run-key.js";

/** What commands are handed over with. */
export interface HandOverServices {
  readonly open: OpenCommands;
  readonly holders: RunHolders;
  readonly runs: PresentRuns;
  readonly waits: CommandWaits;
}

/** Brings what waits for a run to whoever has it, or to its end. */
export class HandOvers {
  readonly #services: HandOverServices;

  constructor(services: HandOverServices) {
    this.#services = services;
  }

  /**
   * All commands of the run that are open now go to its writer. The answer by which a link came to have the run may
   * be older than a take of which the person who asks knows, so the store is asked after both (RW-CMD-1).
   */
  async ofRun(channel: string, runId: string): Promise<void> {
    const { open, holders, runs, waits } = this.#services;
    const key = toRunKey(channel, runId);
    const waiting = open.ofRun(key);
    if (waiting.length === 0) return;
    const isAnyOpen = () => waiting.some(({ isClosed }) => !isClosed);
    const run = await runs.readAtLast(channel, runId, isAnyOpen);
    if (run && run.status !== "running") return this.runEnded(key);
    const link = holders.linkOf(key);
    if (!link) return;
    for (const command of waiting) {
      // A renewal from before the run's end, answered after it, says nothing of where the writer is.
      if (command.isClosed || command.hasRunEnded || command.handedTo === link) continue;
      waits.handOver(command, link);
    }
  }

  /** What was not handed over is over, what was gets a little longer. */
  runEnded(key: string): void {
    const { open, holders, waits } = this.#services;
    holders.delete(key);
    for (const command of open.ofRun(key)) waits.runEnded(command);
  }
}
