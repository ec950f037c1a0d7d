import type { CommandAnswer, EventStore } from "@runwire/store";
import type { CommandRelay } from "./command-relay.js";
import { hasEnded, isHandedOver, isRecorded, type OpenCommand } from "./open-command.js";
import type { OpenCommands } from "./open-commands.js";

/** What a command is ended with. */
export interface EndingServices {
  readonly store: EventStore;
  readonly relay: CommandRelay;
  readonly open: OpenCommands;
}

/** How commands end: with an answer that is recorded, with one that is only told, or without any. */
export class CommandEndings {
  readonly #services: EndingServices;

  constructor(services: EndingServices) {
    this.#services = services;
  }

  /** Records an answer that holds for ever, and gives the one that stands. */
  async record(command: OpenCommand, answer: CommandAnswer): Promise<void> {
    if (!isRecorded(answer)) return this.refuse(command, answer);
    const { channel, commandId } = command.row;
    this.close(command, (await this.#stored(channel, commandId, answer)) ?? answer);
  }

  /** With an answer that is not remembered: where the command was asked of another server, that one is told. */
  refuse(command: OpenCommand, answer: CommandAnswer): void {
    if (!command.isAskedHere) void this.#services.relay.note(command.row, answer);
    this.close(command, answer);
  }

  /** With an answer that is known elsewhere, or concerns this server alone. */
  close(command: OpenCommand, answer: CommandAnswer): void {
    if (command.isClosed) return;
    this.drop(command);
    command.finish(answer);
  }

  /** Without an answer: nobody waits for it any more. */
  drop(command: OpenCommand): void {
    command.isClosed = true;
    command.stopTimer();
    void this.#services.relay.end(command.row);
    this.#services.open.delete(command);
  }

  /** Where its run ended and this server was not told, unless a handler has the command by now. */
  async closeIfEnded(command: OpenCommand): Promise<void> {
    const { channel, runId } = command.row;
    const isOver = await this.#hasEnded(channel, runId);
    if (isOver && !isHandedOver(command)) this.close(command, hasEnded(runId));
  }

  async #hasEnded(channel: string, runId: string): Promise<boolean> {
    try {
      return (await this.#services.store.run(channel, runId))?.status !== "running";
    } catch {
      return false;
    }
  }

  async #stored(channel: string, commandId: string, answer: CommandAnswer) {
    try {
      return (await this.#services.store.answerCommand(channel, commandId, answer))?.answer;
    } catch {
      // The answer stands all the same; sent again, the command is handed over again under its `commandId`.
      return undefined;
    }
  }
}
