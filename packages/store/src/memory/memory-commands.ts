import type { CommandAnswer, CommandRow, NewCommand } from "../event-store.js";
import { retention } from "../rows/retention.js";

/** The commands of all channels, oldest first. */
export class MemoryCommands {
  /** By channel, user and id. */
  readonly #rows = new Map<string, CommandRow>();
  /** The keys of the same, by channel and command id. */
  readonly #keys = new Map<string, string>();

  put(command: NewCommand, createId: () => string, now: number): CommandRow {
    this.#forget(now);
    const key = keyOf(command);
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const row = { ...fieldsOf(command), commandId: createId(), createdAt: now };
    this.#rows.set(key, row);
    this.#keys.set(commandKeyOf(row.channel, row.commandId), key);
    return row;
  }

  answer(channel: string, commandId: string, answer: CommandAnswer): CommandRow | undefined {
    const row = this.find(channel, commandId);
    if (row === undefined || row.answer !== undefined) return row;
    const answered = { ...row, answer };
    this.#rows.set(keyOf(row), answered);
    return answered;
  }

  find(channel: string, commandId: string): CommandRow | undefined {
    const key = this.#keys.get(commandKeyOf(channel, commandId));
    return key === undefined ? undefined : this.#rows.get(key);
  }

  pending(channel: string, runId: string): readonly CommandRow[] {
    return [...this.#rows.values()].filter(
      (row) => row.channel === channel && row.runId === runId && row.answer === undefined,
    );
  }

  deleteChannel(channel: string): void {
    for (const row of this.#rows.values()) if (row.channel === channel) this.#delete(row);
  }

  #forget(now: number): void {
    let left: number = retention.rowsPerStep;
    for (const row of this.#rows.values()) {
      if (left-- === 0) return;
      const keptMs =
        row.answer === undefined ? retention.unansweredCommandMs : retention.answeredCommandMs;
      if (row.createdAt + keptMs <= now) this.#delete(row);
    }
  }

  #delete(row: CommandRow): void {
    this.#rows.delete(keyOf(row));
    this.#keys.delete(commandKeyOf(row.channel, row.commandId));
  }
}

/** The user without an id is one user, whom no id can name. */
function keyOf({ channel, user, id }: NewCommand): string {
  return JSON.stringify([channel, user?.id ?? null, id]);
}

function commandKeyOf(channel: string, commandId: string): string {
  return JSON.stringify([channel, commandId]);
}

/** Whatever else the caller's object has is not part of the row. */
function fieldsOf({ channel, id, user, runId, name, data }: NewCommand): NewCommand {
  return {
    channel,
    id,
    ...(user === undefined ? {} : { user: { id: user.id } }),
    runId,
    name,
    ...(data === undefined ? {} : { data }),
  };
}
