import type { DatabaseSync } from "node:sqlite";
import type { CommandAnswer, CommandCall, CommandCallRequest } from "../event-store.js";
import { prepare, type Statement } from "./statement.js";
import { toText } from "./text.js";

interface Columns {
  readonly is_handed_over: number;
  readonly answer: string | null;
}

/** Commands that somebody waits for, wherever the writers of their runs are. A few at a time, so each call looks at all. */
export class CallRows {
  readonly #forgetOld;
  readonly #prolong;
  readonly #find: Statement<Columns>;
  readonly #end;
  readonly #note;

  constructor(database: DatabaseSync) {
    this.#forgetOld = prepare(database, "DELETE FROM calls WHERE until <= ?");
    this.#prolong = prepare(
      database,
      `INSERT INTO calls (channel, command_id, until, is_handed_over) VALUES (?, ?, ?, 0)
       ON CONFLICT (channel, command_id) DO UPDATE SET until = excluded.until`,
    );
    this.#find = prepare(
      database,
      "SELECT is_handed_over, answer FROM calls WHERE channel = ? AND command_id = ?",
    );
    this.#end = prepare(database, "DELETE FROM calls WHERE channel = ? AND command_id = ?");
    this.#note = prepare(
      database,
      `UPDATE calls SET is_handed_over = 1, answer = coalesce(?, answer)
       WHERE channel = ? AND command_id = ? AND until > ?`,
    );
  }

  call({ channel, commandId, forMs }: CommandCallRequest, now: number): CommandCall {
    const key = [channel, toText(commandId)] as const;
    this.#forgetOld.run(now);
    if (forMs > 0) this.#prolong.run(...key, now + forMs);
    const row = this.#find.get(...key);
    if (forMs === 0) this.#end.run(...key);
    return {
      isHandedOver: row?.is_handed_over === 1,
      // Known: `note` wrote it.
      ...(row?.answer && { answer: JSON.parse(row.answer) as CommandAnswer }),
    };
  }

  note(channel: string, commandId: string, now: number, answer?: CommandAnswer): boolean {
    const text = answer === undefined ? null : JSON.stringify(answer);
    return Number(this.#note.run(text, channel, toText(commandId), now).changes) > 0;
  }
}
