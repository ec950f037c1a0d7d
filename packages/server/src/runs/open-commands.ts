import type { CommandRow } from "@runwire/store";
import { type OpenCommand, openCommand } from "./open-command.js";
import { toRunKey } from "./run-key.js";

/** The commands of one server that are not answered yet, by their id and by their run. */
export class OpenCommands {
  readonly #byId = new Map<string, OpenCommand>();
  readonly #ofRun = new Map<string, Set<OpenCommand>>();
  #isClosed = false;

  /** Whether none is to be added any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  [Symbol.iterator](): Iterator<OpenCommand> {
    return [...this.#byId.values()][Symbol.iterator]();
  }

  get(commandId: string): OpenCommand | undefined {
    return this.#byId.get(commandId);
  }

  /** `key` as `toRunKey` makes it. */
  ofRun(key: string): readonly OpenCommand[] {
    return [...(this.#ofRun.get(key) ?? [])];
  }

  add(row: CommandRow, isAskedHere: boolean): OpenCommand {
    const command = openCommand(row, isAskedHere);
    const key = toRunKey(row.channel, row.runId);
    this.#byId.set(row.commandId, command);
    this.#ofRun.set(key, (this.#ofRun.get(key) ?? new Set()).add(command));
    return command;
  }

  delete(command: OpenCommand): void {
    const { channel, runId, commandId } = command.row;
    const key = toRunKey(channel, runId);
    this.#byId.delete(commandId);
    const ofRun = this.#ofRun.get(key);
    ofRun?.delete(command);
    if (ofRun?.size === 0) this.#ofRun.delete(key);
  }

  /** Those that are open stay until each is deleted. */
  close(): void {
    this.#isClosed = true;
  }
}
