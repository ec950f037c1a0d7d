import type { DatabaseSync } from "node:sqlite";
import type { UserRef } from "@runwire/protocol";
import type { CommandAnswer, CommandRow, NewCommand } from "../event-store.js";
import { retention } from "../rows/retention.js";
import { prepare, type Statement } from "./statement.js";
import { fromText, toText } from "./text.js";

interface Columns {
  readonly channel: string;
  readonly user: string;
  readonly request_id: string;
  readonly command_id: string;
  readonly run_id: string;
  readonly about: string;
  readonly created_at: number;
  readonly answer: string | null;
}

/** What was asked of the run, as one JSON text. */
type About = Pick<NewCommand, "name" | "data">;

const columns =
  "SELECT channel, user, request_id, command_id, run_id, about, created_at, answer FROM commands";

/** The commands of all channels. */
export class CommandRows {
  readonly #insert;
  readonly #byRequest: Statement<Columns>;
  readonly #byCommand: Statement<Columns>;
  readonly #answer;
  readonly #pending: Statement<Columns>;
  readonly #called: Statement<Columns>;
  readonly #forgetOld;
  readonly #forgetChannel;

  constructor(database: DatabaseSync) {
    this.#insert = prepare(
      database,
      `INSERT INTO commands (channel, user, request_id, command_id, run_id, about, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (channel, user, request_id) DO NOTHING`,
    );
    this.#byRequest = prepare(
      database,
      `${columns} WHERE channel = ? AND user = ? AND request_id = ?`,
    );
    this.#byCommand = prepare(database, `${columns} WHERE channel = ? AND command_id = ?`);
    this.#answer = prepare(
      database,
      "UPDATE commands SET answer = ? WHERE channel = ? AND command_id = ? AND answer IS NULL",
    );
    this.#pending = prepare(
      database,
      `${columns} WHERE channel = ? AND run_id = ? AND answer IS NULL ORDER BY id`,
    );
    this.#called = prepare(
      database,
      `${columns} WHERE answer IS NULL AND (channel, command_id) IN
       (SELECT channel, command_id FROM calls WHERE until > ? AND answer IS NULL) ORDER BY id LIMIT ?`,
    );
    this.#forgetOld = prepare(
      database,
      `DELETE FROM commands WHERE id IN (SELECT id FROM commands ORDER BY id LIMIT ${retention.rowsPerStep})
       AND created_at <= ?1 - iif(answer IS NULL, ${retention.unansweredCommandMs}, ${retention.answeredCommandMs})`,
    );
    this.#forgetChannel = prepare(database, "DELETE FROM commands WHERE channel = ?");
  }

  put(command: NewCommand, commandId: string, now: number): CommandRow {
    this.#forgetOld.run(now);
    const { channel, user, id, runId, name, data } = command;
    const about: About = { name, ...(data === undefined ? {} : { data }) };
    const key = [channel, userText(user), toText(id)] as const;
    this.#insert.run(...key, commandId, runId, JSON.stringify(about), now);
    const row = this.#byRequest.get(...key);
    if (row === undefined) throw new Error(`command ${id} was inserted and is not there`);
    return toCommandRow(row);
  }

  answer(channel: string, commandId: string, answer: CommandAnswer): CommandRow | undefined {
    this.#answer.run(JSON.stringify(answer), channel, toText(commandId));
    const row = this.#byCommand.get(channel, toText(commandId));
    return row && toCommandRow(row);
  }

  find(channel: string, commandId: string): CommandRow | undefined {
    const row = this.#byCommand.get(channel, toText(commandId));
    return row && toCommandRow(row);
  }

  /** Those that somebody waits for. */
  called(limit: number, now: number): readonly CommandRow[] {
    return this.#called.all(now, limit).map(toCommandRow);
  }

  pending(channel: string, runId: string): readonly CommandRow[] {
    return this.#pending.all(channel, runId).map(toCommandRow);
  }

  deleteChannel(channel: string): void {
    this.#forgetChannel.run(channel);
  }
}

/** The user without an id is one user, whom no id can name. */
function userText(user: UserRef | undefined): string {
  return user === undefined ? "" : JSON.stringify(user.id);
}

function toCommandRow(row: Columns): CommandRow {
  // Known: these three texts were written by `put` and `answer`.
  const user = row.user === "" ? {} : { user: { id: JSON.parse(row.user) as string } };
  const about = JSON.parse(row.about) as About;
  const answer = row.answer === null ? {} : { answer: JSON.parse(row.answer) as CommandAnswer };
  return {
    channel: row.channel,
    id: fromText(row.request_id),
    ...user,
    runId: row.run_id,
    ...about,
    commandId: row.command_id,
    createdAt: row.created_at,
    ...answer,
  };
}
