import type { CommandAnswer, CommandCall, CommandCallRequest, CommandRow } from "../event-store.js";
import type { MemoryCommands } from "./memory-commands.js";

interface Call extends CommandCall {
  readonly channel: string;
  readonly commandId: string;
  readonly until: number;
}

/** Commands that somebody waits for, wherever the writers of their runs are. */
export class MemoryCalls {
  readonly #commands: MemoryCommands;
  readonly #calls = new Map<string, Call>();

  constructor(commands: MemoryCommands) {
    this.#commands = commands;
  }

  call(request: CommandCallRequest, now: number): CommandCall | undefined {
    const { channel, commandId, forMs } = request;
    const row = this.#commands.find(channel, commandId);
    if (row === undefined) return undefined;
    this.#forget(now);
    const key = keyOf(channel, commandId);
    const { isHandedOver = false, answer } = this.#calls.get(key) ?? {};
    const became = { isHandedOver, ...(answer && { answer }) };
    if (forMs === 0) this.#calls.delete(key);
    else this.#calls.set(key, { ...became, channel, commandId, until: now + forMs });
    return row.answer === undefined ? became : { ...became, answer: row.answer };
  }

  called(limit: number, now: number): readonly CommandRow[] {
    this.#forget(now);
    const rows = [...this.#calls.values()].flatMap(({ channel, commandId, answer }) => {
      const row = answer ? undefined : this.#commands.find(channel, commandId);
      return row && row.answer === undefined ? [row] : [];
    });
    return rows.toSorted((one, other) => one.createdAt - other.createdAt).slice(0, limit);
  }

  note(channel: string, commandId: string, now: number, answer?: CommandAnswer): boolean {
    this.#forget(now);
    const key = keyOf(channel, commandId);
    const call = this.#calls.get(key);
    if (call === undefined) return false;
    this.#calls.set(key, { ...call, isHandedOver: true, ...(answer && { answer }) });
    return true;
  }

  #forget(now: number): void {
    for (const [key, { until }] of this.#calls) if (until <= now) this.#calls.delete(key);
  }
}

function keyOf(channel: string, commandId: string): string {
  return JSON.stringify([channel, commandId]);
}
