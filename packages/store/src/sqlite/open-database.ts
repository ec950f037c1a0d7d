import { DatabaseSync } from "node:sqlite";
import { RunwireError } from "@runwire/protocol";
import { hasLostFrames, readCommittedFrames } from "./committed-frames.js";
import { replaceEpochs } from "./epoch-rows.js";
import { migrate } from "./migrate.js";
import { pragma } from "./pragma.js";
import { migrations } from "./schema.js";
import { prepare } from "./statement.js";
import { toStorageError } from "./storage-errors.js";
import { noteUnsynced, type Opening, replaceDoubtfulEpochs } from "./unsynced.js";

/** "runw": says whose file this is, to us and to `file(1)`. */
const applicationId = 0x72756e77;

/** Two servers that start at once wait for each other's migration; later nothing waits in the thread. */
const openTimeoutMs = 2_000;

/**
 * Pages (of 4 KiB) in FILE-wal before they are copied into the file, which waits for the disk twice. Every append
 * writes the same few pages again, so a longer log is copied less often and not longer.
 */
const checkpointPages = 4_000;

export interface DatabaseOptions {
  readonly file: string;
  readonly durability: "full" | "normal";
  readonly maxFileBytes: number | undefined;
  readonly opening: Opening;
}

/**
 * Opens the file, as new as this version knows it.
 *
 * @throws RunwireError `store_unavailable` or `store_full`, with the reason and the remedy.
 */
export function openDatabase(options: DatabaseOptions): DatabaseSync {
  const { file, durability, maxFileBytes } = options;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    prepareFile(database, options);
    database.exec(`PRAGMA synchronous = ${durability === "full" ? "FULL" : "NORMAL"}`);
    if (maxFileBytes !== undefined) limitPages(database, maxFileBytes);
    database.exec("PRAGMA busy_timeout = 0");
    return database;
  } catch (error) {
    database?.close();
    throw toStorageError(error, file);
  }
}

function prepareFile(database: DatabaseSync, { file, durability, opening }: DatabaseOptions): void {
  database.exec(`PRAGMA busy_timeout = ${openTimeoutMs}`);
  const committed = readCommittedFrames(database);
  refuseForeignFile(database, file);
  // Takes effect in a file that has no tables yet, and nowhere else; see free-pages.ts.
  database.exec("PRAGMA auto_vacuum = INCREMENTAL");
  if (pragma(database, "journal_mode") !== "wal") database.exec("PRAGMA journal_mode = WAL");
  // Migrations run under FULL: a file with half a schema would be worth nothing.
  database.exec(`PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${checkpointPages}`);
  database.exec("BEGIN IMMEDIATE");
  try {
    migrate(database, { file, migrations });
    prepare(database, "INSERT OR IGNORE INTO store (id, salt) VALUES (1, ?)").run(opening.salt);
    const isShort = hasLostFrames(committed, readCommittedFrames(database));
    if (isShort) replaceEpochs(database, opening.salt);
    replaceDoubtfulEpochs(database, opening);
    if (durability === "normal") noteUnsynced(database, opening);
    // Changes nothing and writes all the same: a file that may only be read fails here, and not at the first append.
    database.exec(`UPDATE store SET salt = salt; PRAGMA application_id = ${applicationId}`);
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

function limitPages(database: DatabaseSync, maxFileBytes: number): void {
  const pages = Math.floor(maxFileBytes / Number(pragma(database, "page_size")));
  database.exec(`PRAGMA max_page_count = ${Math.max(pages, 1)}`);
}

/** After some failures SQLite has rolled back by itself, and says so by an error. */
export function rollBack(database: DatabaseSync): void {
  try {
    database.exec("ROLLBACK");
  } catch {
    // There is no transaction any more: what was to be reached.
  }
}
