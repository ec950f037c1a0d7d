import type { DatabaseSync } from "node:sqlite";
import type { Revisions } from "./revisions.js";
import { prepare } from "./statement.js";

/** Gives every channel another epoch, and those that are never written yet, by the salt. Inside a transaction. */
export function replaceEpochs(database: DatabaseSync, salt: string): void {
  prepare(database, "UPDATE store SET salt = ?").run(salt);
  database.exec("UPDATE channels SET epoch = lower(hex(randomblob(16)))");
}

/** The same in a file that is in use: answers the channels whose readers are to be told. Inside a transaction. */
export function renewEpochs(
  database: DatabaseSync,
  revisions: Revisions,
  salt: string,
): readonly string[] {
  replaceEpochs(database, salt);
  const renewed = prepare<{ readonly name: string }>(
    database,
    "UPDATE channels SET revision = ? RETURNING name",
  );
  return renewed.all(revisions.now()).map(({ name }) => name);
}
