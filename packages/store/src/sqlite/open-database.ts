import { DatabaseSync } from "node:sqlite";
import { RunwireError } from "@runwire/protocol";
import { migrations } from "./schema.js";
import { prepare } from "./statement.js";
import { toStorageError } from "./storage-errors.js";

/** "runw": says whose file this is, to us and to `file(1)`. */
const applicationId = 0x72756e77;

/** Two servers that start at once wait for each other's migration; later nothing waits in the thread. */
const openTimeoutMs = 2_000;

export interface DatabaseOptions {
  readonly file: string;
  readonly durability: "full" | "normal";
  /** Of a new file. */
  readonly salt: string;
}

/**
 * Opens the file, as new as this version knows it.
 *
 * @throws RunwireError `store_unavailable` or `store_full`, with the reason and the remedy.
 */
export function openDatabase({ file, durability, salt }: DatabaseOptions): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    prepareFile(database, file, salt);
    database.exec(`PRAGMA synchronous = ${durability === "full" ? "FULL" : "NORMAL"}`);
    database.exec("PRAGMA busy_timeout = 0");
    return database;
  } catch (error) {
    database?.close();
    throw toStorageError(error, file);
  }
}

function prepareFile(database: DatabaseSync, file: string, salt: string): void {
  database.exec(`PRAGMA busy_timeout = ${openTimeoutMs}`);
  refuseForeignFile(database, file);
  if (pragma(database, "journal_mode") !== "wal") database.exec("PRAGMA journal_mode = WAL");
  // Migrations run under FULL: a file with half a schema would be worth nothing.
  database.exec("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864");
  // Takes the lock for writing even where there is nothing to migrate: a file that cannot be written fails here.
  database.exec("BEGIN IMMEDIATE");
  try {
    migrate(database, file, salt);
    database.exec("COMMIT");
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

function refuseForeignFile(database: DatabaseSync, file: string): void {
  if (pragma(database, "application_id") === applicationId) return;
  const tables = prepare<{ readonly count: number }>(
    database,
    "SELECT count(*) AS count FROM sqlite_schema",
  ).get();
  if (tables === undefined || tables.count === 0) return;
  throw new RunwireError(
    "store_unavailable",
    `the store ${file} holds another application's tables; name a file of its own for runwire`,
  );
}

function migrate(database: DatabaseSync, file: string, salt: string): void {
  const version = Number(pragma(database, "user_version"));
  if (version > migrations.length)
    throw new RunwireError(
      "store_unavailable",
      `the store ${file} was written by a newer runwire (its version is ${version}, this one knows ${migrations.length}); update @runwire/store`,
    );
  for (const migration of migrations.slice(version)) database.exec(migration);
  if (version === migrations.length) return;
  database.exec(
    `PRAGMA user_version = ${migrations.length}; PRAGMA application_id = ${applicationId}`,
  );
  prepare(database, "INSERT OR IGNORE INTO store (id, salt) VALUES (1, ?)").run(salt);
}

/** The value of a pragma, whatever its column is called. */
function pragma(database: DatabaseSync, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

/** After some failures SQLite has rolled back by itself, and says so by an error. */
export function rollBack(database: DatabaseSync): void {
  try {
    database.exec("ROLLBACK");
  } catch {
    // There is no transaction any more: what was to be reached.
  }
}
