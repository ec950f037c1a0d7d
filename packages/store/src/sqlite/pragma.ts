import type { DatabaseSync } from "node:sqlite";

/** The value of a pragma, whatever its column is called. */
export function pragma(database: DatabaseSync, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}
