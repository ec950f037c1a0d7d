import type { ErrorCode, UserRef } from "@runwire/protocol";
import type { CommandAnswer, CommandRow, EventStore } from "@runwire/store";
import type { ServerClock } from "../clock.js";
import type { CommandOptions } from "../options.js";
import { toRunKey } from "./run-key.js";

/** A command on its way to a run's writer. */
export interface HandedCommand {
  readonly commandId: string;
  readonly channel: string;
  readonly runId: string;
  readonly name: string;
  /** JSON text. */
  readonly data?: string;
  readonly user?: UserRef;
}

/** Where the writer of a run can be reached. */
export interface WriterLink {
  /** Grows with each welcome: a run's commands never go back to an earlier link while a later one lives. */
  readonly order: number;
  hand(command: HandedCommand): void;
}

/** What a handler answered. */
export interface HandlerAnswer {
  /** JSON text. */
  readonly result?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

/** A person's command, as it was asked. */
export interface CommandRequest {
  readonly channel: string;
  readonly id: string;
  readonly user?: UserRef;
  readonly runId: string;
  readonly name: string;
  readonly data?: string;
}

interface OpenCommand {
  readonly row: CommandRow;
  readonly answer: Promise<CommandAnswer>;
  readonly finish: (answer: CommandAnswer) => void;
  /** The latest link that it was handed to. */
  handedTo: WriterLink | undefined;
  hasRunEnded: boolean;
  stopTimer: () => void;
}

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
 * may be handed over again to a later link; a writer handles each `commandId` once.
 */
export class CommandDesk {
  readonly #store: EventStore;
  readonly #clock: ServerClock;
  readonly #options: CommandOptions;
  readonly #holders = new Map<string, Holder>();
  readonly #open = new Map<string, OpenCommand>();
  readonly #openOfRun = new Map<string, Set<OpenCommand>>();
  #isClosed = false;

  constructor(store: EventStore, clock: ServerClock, options: CommandOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#options = options;
  }

  /** Asks; resolves to the answer, whatever it is. @throws RunwireError `store_unavailable`, `store_full` */
  async ask(request: CommandRequest): Promise<CommandAnswer> {
    const row = await this.#store.putCommand(request);
    if (row.answer) return row.answer;
    const underWay = this.#open.get(row.commandId);
    if (underWay) return underWay.answer;
    const run = await this.#store.run(row.channel, row.runId);
    if (!run) return refusal("run_not_found", `there is no run ${row.runId} in this channel`);
    if (run.status !== "running") return hasEnded(row.runId);
    if (this.#isClosed) return isClosing();
    return (this.#open.get(row.commandId) ?? this.#take(row)).answer;
  }

  /** The writer of a run has started or renewed it over this link: commands go there from now on. */
  attach(channel: string, runId: string, writer: string, link: WriterLink): void {
    const key = toRunKey(channel, runId);
    const holder = this.#holders.get(key);
    if (holder && holder.link.order > link.order && holder.writer === writer) return;
    this.#holders.set(key, { writer, link });
    if (holder?.link === link) return;
    for (const command of this.#openOfRun.get(key) ?? []) this.#handOver(command, link);
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
    for (const command of [...(this.#openOfRun.get(key) ?? [])]) {
      command.hasRunEnded = true;
      if (!command.handedTo) this.#close(command, hasEnded(runId));
      else
        this.#arm(command, this.#options.afterEndMs, () => this.#close(command, hasEnded(runId)));
    }
  }

  /** Ends every wait; who asked will ask again elsewhere. */
  close(): void {
    this.#isClosed = true;
    for (const command of [...this.#open.values()]) this.#close(command, isClosing());
  }

  #take(row: CommandRow): OpenCommand {
    const command = openCommand(row);
    const key = toRunKey(row.channel, row.runId);
    this.#open.set(row.commandId, command);
    const ofRun = this.#openOfRun.get(key) ?? new Set();
    this.#openOfRun.set(key, ofRun.add(command));
    const holder = this.#holders.get(key);
    if (holder) this.#handOver(command, holder.link);
    else this.#waitForWriter(command);
    return command;
  }

  #waitForWriter(command: OpenCommand): void {
    this.#arm(command, this.#options.connectTimeoutMs, () => void this.#giveUp(command));
  }

  /** Nobody came. A run may also have ended where this server was not told: on another node, or just before it was asked. */
  async #giveUp(command: OpenCommand): Promise<void> {
    const { channel, runId } = command.row;
    const hasEndedSince = await this.#hasEnded(channel, runId);
    if (command.handedTo) return;
    const notConnected = refusal("no_handler", "the run's writer is not connected");
    this.#close(command, hasEndedSince ? hasEnded(runId) : notConnected);
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
    if (!command.handedTo)
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
    if (!isRecorded(answer)) return this.#close(command, answer);
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

  #close(command: OpenCommand, answer: CommandAnswer): void {
    const key = toRunKey(command.row.channel, command.row.runId);
    command.stopTimer();
    this.#open.delete(command.row.commandId);
    const ofRun = this.#openOfRun.get(key);
    ofRun?.delete(command);
    if (ofRun?.size === 0) this.#openOfRun.delete(key);
    command.finish(answer);
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

function openCommand(row: CommandRow): OpenCommand {
  let finish: OpenCommand["finish"] = () => {};
  const answer = new Promise<CommandAnswer>((resolve) => {
    finish = resolve;
  });
  return { row, answer, finish, handedTo: undefined, hasRunEnded: false, stopTimer: () => {} };
}

function toAnswer({ result, error }: HandlerAnswer): CommandAnswer {
  if (!error) return { type: "commanded", ...(result !== undefined && { result }) };
  if (error.code === "no_handler" || error.code === "already_resolved")
    return refusal(error.code, error.message);
  return { ...refusal("handler_failed", error.message), reason: error.code };
}

/** Whether the same command, sent again, must get the same answer; all others may be tried again. */
function isRecorded(answer: CommandAnswer): boolean {
  if (answer.type === "commanded") return true;
  return ["handler_failed", "already_resolved", "handler_timeout"].includes(answer.code);
}

function refusal(code: ErrorCode, message: string) {
  return { type: "error", code, message } as const;
}

function isClosing(): CommandAnswer {
  return refusal("no_handler", "the server is closing");
}

function hasEnded(runId: string): CommandAnswer {
  return refusal("run_completed", `run ${runId} has ended`);
}
