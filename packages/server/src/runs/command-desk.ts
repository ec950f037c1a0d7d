import type { UserRef } from "@runwire/protocol";
import type { CommandAnswer, CommandRow, EventStore } from "@runwire/store";
import type { ServerClock } from "../clock.js";
import type { CommandOptions } from "../options.js";
import { CommandEndings } from "./command-endings.js";
import { CommandRelay } from "./command-relay.js";
import { CommandWaits } from "./command-waits.js";
import { HandOvers } from "./hand-overs.js";
import { hasEnded, isClosing, type OpenCommand, refusal, toAnswer } from "./open-command.js";
import { OpenCommands } from "./open-commands.js";
import { PresentRuns } from "./present-runs.js";
import { type Holder, RunHolders } from "./run-holders.js";
import { toRunKey } from "./run-key.js";
import { SharedCommands } from "./shared-commands.js";
import type { Answerer, HandlerAnswer, WriterLink } from "./writer-link.js";

export type { Answerer, HandedCommand, HandlerAnswer, WriterLink } from "./writer-link.js";

/** A person's command, as it was asked. */
export interface CommandRequest {
  readonly channel: string;
  readonly id: string;
  readonly user?: UserRef;
  readonly runId: string;
  readonly name: string;
  readonly data?: string;
}

/** After how long a command whose run has its writer here is looked for elsewhere too, milliseconds. */
const patienceMs = 1_000;

/**
 * Brings commands from people to the writers of runs, and the answers back.
 *
 *   asked ──▶ recorded ──▶ waits for a link of the writer ──▶ handed over ──▶ handled: recorded, answered
 *                               │ 5 s: no_handler                │ 30 s: handler_timeout, recorded
 *                               └ the run ends: run_completed    └ the run ends: 5 s more, run_completed
 *
 * A command that is asked again under its id joins the one that is under way, or gets its recorded answer. It
 * may be handed over again to a later link; a writer handles each `commandId` once. Where the writer is connected
 * to another server on the same store, that one hands it over; see {@link CommandRelay}.
 */
export class CommandDesk {
  readonly #store: EventStore;
  readonly #holders = new RunHolders();
  readonly #runs: PresentRuns;
  readonly #open = new OpenCommands();
  readonly #relay: CommandRelay;
  readonly #endings: CommandEndings;
  readonly #waits: CommandWaits;
  readonly #handOvers: HandOvers;

  constructor(store: EventStore, clock: ServerClock, options: CommandOptions) {
    const [open, holders] = [this.#open, this.#holders];
    const runs = new PresentRuns(store, clock, holders);
    const relay: CommandRelay = new CommandRelay(store, clock, {
      get hasWriters() {
        return !holders.areNone;
      },
      onCall: (commandId, call) => shared.heardOf(commandId, call),
      onCalled: (rows) => shared.takeFrom(rows),
    });
    const endings = new CommandEndings({ store, relay, open });
    const waits = new CommandWaits({ clock, options, relay, endings });
    const handOvers = new HandOvers({ open, holders, runs, waits });
    const shared = new SharedCommands({ relay, open, holders, runs, endings, waits, handOvers });
    this.#store = store;
    this.#runs = runs;
    this.#relay = relay;
    this.#endings = endings;
    this.#waits = waits;
    this.#handOvers = handOvers;
  }

  /** Asks; resolves to the answer, whatever it is. @throws RunwireError `store_unavailable`, `store_full` */
  async ask(request: CommandRequest): Promise<CommandAnswer> {
    const row = await this.#store.putCommand(request);
    if (row.answer) return row.answer;
    const underWay = this.#open.get(row.commandId);
    if (underWay) return this.#join(underWay);
    const run = await this.#runs.read(row.channel, row.runId);
    if (!run) return refusal("run_not_found", `there is no run ${row.runId} in this channel`);
    if (run.status !== "running") return hasEnded(row.runId);
    if (this.#open.isClosed) return isClosing();
    return this.#join(this.#open.get(row.commandId) ?? this.#take(row));
  }

  /** The writer of a run has started or renewed it over this link: commands go there from now on. */
  attach(channel: string, runId: string, writer: string, link: WriterLink): void {
    const key = toRunKey(channel, runId);
    const holder = this.#holders.of(key);
    const isOthers = holder !== undefined && holder.writer !== writer;
    const isOwn = holder !== undefined && !isOthers;
    if (isOwn || !(isOthers || this.#runs.isDisputed(key)))
      return void this.#attach(channel, runId, { writer, link });
    // Two have been told that the run is theirs, and the later answer need not be the later one's: nobody has it
    // until the store has said so.
    this.#holders.delete(key);
    if (isOthers) void this.#attachIfPresent(channel, runId, holder);
    void this.#attachIfPresent(channel, runId, { writer, link });
  }

  /** The writer of a run has started or renewed it where nothing can be handed over: no other writer has it any more. */
  detachOthers(channel: string, runId: string, writer: string): void {
    this.#holders.deleteOthers(toRunKey(channel, runId), writer);
  }

  /** The link is gone, or no longer has this run. */
  detach(channel: string, runId: string, link: WriterLink): void {
    const key = toRunKey(channel, runId);
    this.#runs.withdraw(key, link);
    this.#holders.detach(key, link);
  }

  /** The run's writer answered. What is unknown, late, or from somebody who is not the run's writer is ignored. */
  async handled(commandId: string, from: Answerer, answer: HandlerAnswer): Promise<void> {
    const command = this.#open.get(commandId);
    if (!command?.handedTo || !this.#isWriter(command, from)) return;
    await this.#endings.record(command, toAnswer(answer));
  }

  /** A run has ended: what was not handed over is over, what was gets a little longer. */
  runEnded(channel: string, runId: string): void {
    this.#handOvers.runEnded(toRunKey(channel, runId));
  }

  /** Ends every wait; who asked will ask again elsewhere. */
  close(): void {
    this.#open.close();
    this.#runs.close();
    this.#relay.close();
    for (const command of this.#open) this.#endings.close(command, isClosing());
  }

  async #attachIfPresent(channel: string, runId: string, holder: Holder): Promise<void> {
    if (await this.#runs.isOf(holder.writer, channel, runId, holder.link))
      this.#attach(channel, runId, holder);
  }

  #attach(channel: string, runId: string, { writer, link }: Holder): void {
    if (this.#holders.attach(toRunKey(channel, runId), writer, link))
      void this.#handOvers.ofRun(channel, runId);
  }

  #isWriter({ row: { channel, runId }, handedTo, hasRunEnded }: OpenCommand, from: Answerer) {
    // Nobody holds a run that has ended; who was handed the command may still say what became of it.
    if (hasRunEnded) return from.link === handedTo;
    return from.holds(channel, runId, this.#holders.writerOf(toRunKey(channel, runId)));
  }

  #take(row: CommandRow): OpenCommand {
    const command = this.#open.add(row, true);
    const link = this.#holders.linkOf(toRunKey(row.channel, row.runId));
    if (link) this.#waits.handOver(command, link);
    else this.#waits.waitForWriter(command);
    this.#relay.call(row, link ? patienceMs : 0);
    return command;
  }

  /** One that was asked of another server, and now here as well, is called for from here too. */
  #join(command: OpenCommand): Promise<CommandAnswer> {
    if (!command.isAskedHere) {
      command.isAskedHere = true;
      this.#relay.call(command.row, 0);
    }
    return command.answer;
  }
}
