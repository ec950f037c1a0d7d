import type { DatabaseSync } from "node:sqlite";
import { RunwireError } from "@runwire/protocol";
import { pragma } from "./pragma.js";

interface Migration {
  readonly file: string;
  /** The first one makes version 1 of an empty file. */
  readonly migrations: readonly string[];
}

/**
 * Brings the tables to the latest version. Inside a transaction: all steps or none.
 *
 * @throws RunwireError `store_unavailable` for a file of a later version than this one.
 */
export function migrate(database: DatabaseSync, { file, migrations }: Migration): void {
  const latest = migrations.length;
  const version = Number(pragma(database, "user_version"));
  if (version > latest)
    throw new RunwireError(
      "store_unavailable",
      `the store ${file} was written by a newer runwire (its version is ${version}, this one knows ${latest}); update @runwire/store`,
    );
  for (const migration of migrations.slice(version)) database.exec(migration);
  if (version < latest) database.exec(`PRAGMA user_version = ${latest}`);
}
