import type { DatabaseSync } from "node:sqlite";
import { prepare } from "./statement.js";

/** Gives every channel another epoch, and those that are never written yet, by the salt. Inside a transaction. */
export function replaceEpochs(database: DatabaseSync, salt: string): void {
  prepare(database, "UPDATE store SET salt = ?").run(salt);
  database.exec("UPDATE channels SET epoch = lower(hex(randomblob(16)))");
}

/** The epochs of all channels, of a file that is in use. */
export class EpochRows {
  readonly #database: DatabaseSync;
  readonly #touchAll;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#touchAll = prepare<{ readonly name: string }>(
      database,
      "UPDATE channels SET revision = ? RETURNING name",
    );
  }

  /** Replaces them; answers the channels whose readers are to be told. Inside a transaction. */
  renew(salt: string, revision: number): readonly string[] {
    replaceEpochs(this.#database, salt);
    return this.#touchAll.all(revision).map(({ name }) => name);
  }
}
