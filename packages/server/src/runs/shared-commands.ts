import type { CommandCall, CommandRow } from "@runwire/store";
import type { CommandEndings } from "./command-endings.js";
import type { CommandRelay } from "./command-relay.js";
import type { CommandWaits } from "./command-waits.js";
import type { HandOvers } from "./hand-overs.js";
import { isHandedOver } from "./open-command.js";
import type { OpenCommands } from "./open-commands.js";
import type { PresentRuns } from "./present-runs.js";
import type { RunHolders } from "./run-holders.js";
import { toRunKey } from "./run-key.js";

/** What shared commands are done with. */
export interface SharingServices {
  readonly relay: CommandRelay;
  readonly open: OpenCommands;
  readonly holders: RunHolders;
  readonly runs: PresentRuns;
  readonly endings: CommandEndings;
  readonly waits: CommandWaits;
  readonly handOvers: HandOvers;
}

/** The commands that this server has in common with the others on its store: theirs to hand over, and its own that they do. */
export class SharedCommands {
  readonly #services: SharingServices;

  constructor(services: SharingServices) {
    this.#services = services;
  }

  /** What became of a command elsewhere. */
  async heardOf(commandId: string, { isHandedOver: isAway, answer }: CommandCall): Promise<void> {
    const { open, endings, waits } = this.#services;
    const command = open.get(commandId);
    if (!command) return;
    if (answer) endings.close(command, answer);
    else if (isAway) waits.noteAway(command);
    else if (!isHandedOver(command)) await endings.closeIfEnded(command);
  }

  /** Commands that others wait for, of runs whose writers are here; those that nobody waits for any more are dropped. */
  async takeFrom(rows: readonly CommandRow[]): Promise<void> {
    this.#dropAllBut(new Set(rows.map(({ commandId }) => commandId)));
    for (const row of rows) await this.#take(row);
  }

  #dropAllBut(called: ReadonlySet<string>): void {
    const { open, endings } = this.#services;
    for (const command of open)
      if (!command.isAskedHere && !called.has(command.row.commandId)) endings.drop(command);
  }

  async #take(row: CommandRow): Promise<void> {
    const { relay, open, holders, runs, waits, handOvers } = this.#services;
    const key = toRunKey(row.channel, row.runId);
    if (open.get(row.commandId) || !holders.has(key)) return;
    const run = await runs.read(row.channel, row.runId);
    // It may have ended, or its writer be elsewhere by now.
    const holder = holders.of(key);
    if (run?.status !== "running" || !holder) return;
    const isWaitedFor = await relay.note(row);
    // The writer, or a person here, may have been faster.
    if (!isWaitedFor || open.get(row.commandId) || open.isClosed) return;
    const command = open.add(row, false);
    // Whoever came since the store was asked need not be the writer.
    if (holders.of(key) === holder) waits.handOver(command, holder.link);
    else void handOvers.ofRun(row.channel, row.runId);
  }
}
