import type { ServerClock } from "../clock.js";
import type { CommandOptions } from "../options.js";
import type { CommandEndings } from "./command-endings.js";
import type { CommandRelay } from "./command-relay.js";
import { hasEnded, isHandedOver, notConnected, type OpenCommand, refusal } from "./open-command.js";
import type { WriterLink } from "./writer-link.js";

/** What a wait needs. */
export interface WaitServices {
  readonly clock: ServerClock;
  readonly options: CommandOptions;
  readonly relay: CommandRelay;
  readonly endings: CommandEndings;
}

/**
 * What an open command waits for, and for how long; each has one timer at a time.
 *
 *   for the writer ──▶ handed over, here or elsewhere: for its handler ──▶ the run has ended: a little longer
 */
export class CommandWaits {
  readonly #services: WaitServices;

  constructor(services: WaitServices) {
    this.#services = services;
  }

  /** Nobody here has the run: somebody may come. */
  waitForWriter(command: OpenCommand): void {
    const { connectTimeoutMs } = this.#services.options;
    this.#arm(command, connectTimeoutMs, () => void this.#giveUp(command));
  }

  /** Hands it over, for the first time or again to a later link: the handler's time began with the first. */
  handOver(command: OpenCommand, link: WriterLink): void {
    const { commandId, channel, runId, name, data, user } = command.row;
    if (!isHandedOver(command)) this.#waitForHandler(command);
    command.handedTo = link;
    link.hand({
      ...{ commandId, channel, runId, name },
      ...(data !== undefined && { data }),
      ...(user && { user }),
    });
  }

  /** It has been handed over, but not by this server: from now on its handler has its time. */
  noteAway(command: OpenCommand): void {
    if (isHandedOver(command)) return;
    command.isAway = true;
    this.#waitForHandler(command);
  }

  /** Its run has ended: it is over, or, where a handler has it, soon. */
  runEnded(command: OpenCommand): void {
    const { options, endings } = this.#services;
    command.hasRunEnded = true;
    const end = () => endings.refuse(command, hasEnded(command.row.runId));
    if (isHandedOver(command)) this.#arm(command, options.afterEndMs, end);
    else end();
  }

  /** Nobody came. A run may also have ended where this server was not told: on another one, or just before it was asked. */
  async #giveUp(command: OpenCommand): Promise<void> {
    const { endings, relay } = this.#services;
    await endings.closeIfEnded(command);
    if (command.isClosed) return;
    // In one step with the end of the call: whoever hands it over comes before it, or not at all.
    const call = await relay.end(command.row);
    if (command.isClosed) return;
    if (call?.answer) endings.close(command, call.answer);
    else if (!call?.isHandedOver && !isHandedOver(command)) endings.close(command, notConnected());
    else {
      if (call?.isHandedOver) this.noteAway(command);
      relay.call(command.row, 0);
    }
  }

  #waitForHandler(command: OpenCommand): void {
    const { handleTimeoutMs } = this.#services.options;
    this.#arm(command, handleTimeoutMs, () => void this.#timeOut(command));
  }

  async #timeOut(command: OpenCommand): Promise<void> {
    const { endings, options } = this.#services;
    const seconds = Math.round(options.handleTimeoutMs / 1000);
    await endings.record(command, refusal("handler_timeout", `no answer within ${seconds} s`));
  }

  #arm(command: OpenCommand, milliseconds: number, callback: () => void): void {
    command.stopTimer();
    command.stopTimer = this.#services.clock.after(milliseconds, callback);
  }
}
