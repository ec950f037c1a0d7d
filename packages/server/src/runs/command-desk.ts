import type { UserRef } from "@runwire/protocol";
import type { CommandAnswer, CommandCall, CommandRow, EventStore } from "@runwire/store";
import type { ServerClock } from "../clock.js";
import type { CommandOptions } from "../options.js";
import { CommandRelay } from "./command-relay.js";
import {
  hasEnded,
  isClosing,
  isRecorded,
  notConnected,
  type OpenCommand,
  refusal,
  toAnswer,
} from "./open-command.js";
import { OpenCommands } from "./open-commands.js";
import { toRunKey } from "./run-key.js";
import type { HandlerAnswer, WriterLink } from "./writer-link.js";

export type { HandedCommand, HandlerAnswer, WriterLink } from "./writer-link.js";

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

interface Holder {
  readonly writer: string;
  readonly link: WriterLink;
}

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
  readonly #clock: ServerClock;
  readonly #options: CommandOptions;
  readonly #relay: CommandRelay;
  readonly #holders = new Map<string, Holder>();
  readonly #open = new OpenCommands();
  #isClosed = false;

  constructor(store: EventStore, clock: ServerClock, options: CommandOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#options = options;
    const holders = this.#holders;
    this.#relay = new CommandRelay(store, clock, {
      get hasWriters() {
        return holders.size > 0;
      },
      onCall: (commandId, call) => this.#heardOf(commandId, call),
      onCalled: (rows) => this.#takeForOthers(rows),
    });
  }

  /** Asks; resolves to the answer, whatever it is. @throws RunwireError `store_unavailable`, `store_full` */
  async ask(request: CommandRequest): Promise<CommandAnswer> {
    const row = await this.#store.putCommand(request);
    if (row.answer) return row.answer;
    const underWay = this.#open.get(row.commandId);
    if (underWay) return this.#join(underWay);
    const run = await this.#store.run(row.channel, row.runId);
    if (!run) return refusal("run_not_found", `there is no run ${row.runId} in this channel`);
    if (run.status !== "running") return hasEnded(row.runId);
    if (this.#isClosed) return isClosing();
    return this.#join(this.#open.get(row.commandId) ?? this.#take(row));
  }

  /** The writer of a run has started or renewed it over this link: commands go there from now on. */
  attach(channel: string, runId: string, writer: string, link: WriterLink): void {
    const key = toRunKey(channel, runId);
    const holder = this.#holders.get(key);
    if (holder && holder.link.order > link.order && holder.writer === writer) return;
    this.#holders.set(key, { writer, link });
    if (holder?.link === link) return;
    for (const command of this.#open.ofRun(key)) this.#handOver(command, link);
  }

  /** The link is gone, or no longer has this run. */
  detach(channel: string, runId: string, link: WriterLink): void {
    const key = toRunKey(channel, runId);
    if (this.#holders.get(key)?.link === link) this.#holders.delete(key);
  }

  /** The run's writer answered. What is unknown, late, or from somebody who is not the run's writer is ignored. */
  async handled(commandId: string, from: Answerer, answer: HandlerAnswer): Promise<void> {
    const command = this.#open.get(commandId);
    if (!command?.handedTo || !this.#isWriter(command, from)) return;
    await this.#record(command, toAnswer(answer));
  }

  #isWriter({ row: { channel, runId }, handedTo, hasRunEnded }: OpenCommand, from: Answerer) {
    // Nobody holds a run that has ended; who was handed the command may still say what became of it.
    if (hasRunEnded) return from.link === handedTo;
    return from.holds(channel, runId, this.#holders.get(toRunKey(channel, runId))?.writer);
  }

  /** A run has ended: what was not handed over is over, what was gets a little longer. */
  runEnded(channel: string, runId: string): void {
    const key = toRunKey(channel, runId);
    this.#holders.delete(key);
    for (const command of this.#open.ofRun(key)) {
      command.hasRunEnded = true;
      const end = () => this.#refuse(command, hasEnded(runId));
      if (isHandedOver(command)) this.#arm(command, this.#options.afterEndMs, end);
      else end();
    }
  }

  /** Ends every wait; who asked will ask again elsewhere. */
  close(): void {
    this.#isClosed = true;
    this.#relay.close();
    for (const command of this.#open) this.#close(command, isClosing());
  }

  #take(row: CommandRow): OpenCommand {
    const command = this.#open.add(row, true);
    const holder = this.#holders.get(toRunKey(row.channel, row.runId));
    if (holder) this.#handOver(command, holder.link);
    else this.#waitForWriter(command);
    this.#relay.call(row, holder ? patienceMs : 0);
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

  /** Commands that others wait for, of runs whose writers are here; those that nobody waits for any more are dropped. */
  async #takeForOthers(rows: readonly CommandRow[]): Promise<void> {
    const called = new Set(rows.map(({ commandId }) => commandId));
    for (const command of this.#open)
      if (!command.isAskedHere && !called.has(command.row.commandId)) this.#drop(command);
    for (const row of rows) {
      const key = toRunKey(row.channel, row.runId);
      if (this.#open.get(row.commandId) || !this.#holders.has(key)) continue;
      const isWaitedFor = await this.#relay.note(row);
      // The writer, or a person here, may have been faster.
      if (!isWaitedFor || this.#open.get(row.commandId) || this.#isClosed) continue;
      const command = this.#open.add(row, false);
      const holder = this.#holders.get(key);
      if (holder) this.#handOver(command, holder.link);
    }
  }

  /** What became of a command elsewhere. */
  async #heardOf(commandId: string, { isHandedOver: isAway, answer }: CommandCall): Promise<void> {
    const command = this.#open.get(commandId);
    if (!command) return;
    if (answer) this.#close(command, answer);
    else if (isAway) this.#noteAway(command);
    else if (!isHandedOver(command)) await this.#closeIfEnded(command);
  }

  /** It has been handed over, but not by this server: from now on its handler has its time. */
  #noteAway(command: OpenCommand): void {
    if (isHandedOver(command)) return;
    command.isAway = true;
    this.#arm(command, this.#options.handleTimeoutMs, () => void this.#timeOut(command));
  }

  async #closeIfEnded(command: OpenCommand): Promise<void> {
    const { channel, runId } = command.row;
    const isOver = await this.#hasEnded(channel, runId);
    if (isOver && !isHandedOver(command)) this.#close(command, hasEnded(runId));
  }

  #waitForWriter(command: OpenCommand): void {
    this.#arm(command, this.#options.connectTimeoutMs, () => void this.#giveUp(command));
  }

  /** Nobody came. A run may also have ended where this server was not told: on another one, or just before it was asked. */
  async #giveUp(command: OpenCommand): Promise<void> {
    await this.#closeIfEnded(command);
    if (command.isClosed) return;
    // In one step with the end of the call: whoever hands it over comes before it, or not at all.
    const call = await this.#relay.end(command.row);
    if (command.isClosed) return;
    if (call?.answer) this.#close(command, call.answer);
    else if (!call?.isHandedOver && !isHandedOver(command)) this.#close(command, notConnected());
    else {
      if (call?.isHandedOver) this.#noteAway(command);
      this.#relay.call(command.row, 0);
    }
  }

  async #hasEnded(channel: string, runId: string): Promise<boolean> {
    try {
      return (await this.#store.run(channel, runId))?.status !== "running";
    } catch {
      return false;
    }
  }

  #handOver(command: OpenCommand, link: WriterLink): void {
    const { commandId, channel, runId, name, data, user } = command.row;
    if (!isHandedOver(command))
      this.#arm(command, this.#options.handleTimeoutMs, () => void this.#timeOut(command));
    command.handedTo = link;
    link.hand({
      ...{ commandId, channel, runId, name },
      ...(data !== undefined && { data }),
      ...(user && { user }),
    });
  }

  async #timeOut(command: OpenCommand): Promise<void> {
    const seconds = Math.round(this.#options.handleTimeoutMs / 1000);
    await this.#record(command, refusal("handler_timeout", `no answer within ${seconds} s`));
  }

  /** Records an answer that holds for ever, and gives the one that stands. */
  async #record(command: OpenCommand, answer: CommandAnswer): Promise<void> {
    if (!isRecorded(answer)) return this.#refuse(command, answer);
    const { channel, commandId } = command.row;
    this.#close(command, (await this.#stored(channel, commandId, answer)) ?? answer);
  }

  async #stored(channel: string, commandId: string, answer: CommandAnswer) {
    try {
      return (await this.#store.answerCommand(channel, commandId, answer))?.answer;
    } catch {
      // The answer stands all the same; sent again, the command is handed over again under its `commandId`.
      return undefined;
    }
  }

  /** With an answer that is not remembered: where the command was asked of another server, that one is told. */
  #refuse(command: OpenCommand, answer: CommandAnswer): void {
    if (!command.isAskedHere) void this.#relay.note(command.row, answer);
    this.#close(command, answer);
  }

  #close(command: OpenCommand, answer: CommandAnswer): void {
    if (command.isClosed) return;
    this.#drop(command);
    command.finish(answer);
  }

  #drop(command: OpenCommand): void {
    command.isClosed = true;
    command.stopTimer();
    void this.#relay.end(command.row);
    this.#open.delete(command);
  }

  #arm(command: OpenCommand, milliseconds: number, callback: () => void): void {
    command.stopTimer();
    command.stopTimer = this.#clock.after(milliseconds, callback);
  }
}

/** Where an answer comes from. */
export interface Answerer {
  readonly link: WriterLink;
  /** Whether this link has the run under the run's present writer. */
  holds(channel: string, runId: string, writer: string | undefined): boolean;
}

function isHandedOver({ handedTo, isAway }: OpenCommand): boolean {
  return handedTo !== undefined || isAway;
}
