import type { CommandAnswer, CommandRow, NewCommand } from "../event-store.js";
import { retention } from "../rows/retention.js";

/** The commands of all channels, oldest first. */
export class MemoryCommands {
  readonly #rows = new Map<string, CommandRow>();

  put(command: NewCommand, createId: () => string, now: number): CommandRow {
    this.#forget(now);
    const key = keyOf(command);
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const row = { ...fieldsOf(command), commandId: createId(), createdAt: now };
    this.#rows.set(key, row);
    return row;
  }

  answer(channel: string, commandId: string, answer: CommandAnswer): CommandRow | undefined {
    for (const [key, row] of this.#rows) {
      if (row.channel !== channel || row.commandId !== commandId) continue;
      if (row.answer !== undefined) return row;
      const answered = { ...row, answer };
      this.#rows.set(key, answered);
      return answered;
    }
    return undefined;
  }

  find(channel: string, commandId: string): CommandRow | undefined {
    for (const row of this.#rows.values())
      if (row.channel === channel && row.commandId === commandId) return row;
    return undefined;
  }

  pending(channel: string, runId: string): readonly CommandRow[] {
    return [...this.#rows.values()].filter(
      (row) => row.channel === channel && row.runId === runId && row.answer === undefined,
    );
  }

  deleteChannel(channel: string): void {
    for (const [key, row] of this.#rows) if (row.channel === channel) this.#rows.delete(key);
  }

  #forget(now: number): void {
    let left: number = retention.rowsPerStep;
    for (const [key, { createdAt, answer }] of this.#rows) {
      if (left-- === 0) return;
      const keptMs =
        answer === undefined ? retention.unansweredCommandMs : retention.answeredCommandMs;
      if (createdAt + keptMs <= now) this.#rows.delete(key);
    }
  }
}

/** The user without an id is one user, whom no id can name. */
function keyOf({ channel, user, id }: NewCommand): string {
  return JSON.stringify([channel, user?.id ?? null, id]);
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
