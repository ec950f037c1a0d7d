import type { DatabaseSync } from "node:sqlite";

/** The value of a pragma, whatever its column is called. */
export function pragma(database: DatabaseSync, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

/** The whole path of the file, whatever the name was that it was opened by; empty for a database that is no file. */
export function databasePath(database: DatabaseSync): string {
  const main = database.prepare("PRAGMA database_list").get();
  return String(main?.file ?? "");
}
