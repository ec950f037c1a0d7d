import { RunwireError } from "@runwire/protocol";
import type { EventStore } from "../event-store.js";
import { checkOptions, environmentChecks, isAtLeast, isOneOf } from "../rows/check-options.js";
import { randomBytesInName, toName } from "../rows/epoch.js";
import { resolveEnvironment, type StoreEnvironment } from "../rows/store-options.js";
import { SqliteFile } from "./sqlite-file.js";
import { SqliteStore } from "./sqlite-store.js";

/** What {@link createSqliteStore} takes. */
export interface SqliteStoreOptions extends StoreEnvironment {
  /** The database file; its folder must exist. Beside it lie FILE-wal and FILE-shm while it is open. */
  readonly file: string;
  /**
   * `full`: what was acknowledged survives a power cut, too. `normal`: it survives the end of the process, and a
   * power cut may cost the last moments; several times faster where appends come one by one.
   * @default "full"
   */
  readonly durability?: "full" | "normal";
  /** How large the file may become before appends are `store_full`. @default as large as its disk allows */
  readonly maxFileBytes?: number;
  /**
   * What appends leave free on the disk, bytes: an append that would take it is `store_full`, and trimming and deleting
   * have the room that they need to heal that. 0 leaves nothing. @default 33554432 (32 MiB)
   */
  readonly reserveBytes?: number;
  /** How long an operation waits for another process's lock before it is `store_unavailable`. @default 5000 */
  readonly lockTimeoutMs?: number;
}

/**
 * A store in one file, on the `node:sqlite` that comes with Node. Several processes of one machine may open
 * the file at once; never put it on a network drive.
 *
 * @throws RunwireError `invalid_options` where no file is named or an option is wrong, `store_unavailable` where the file
 *   cannot be opened, written or understood, and `store_full` where its disk has no room; the message names the remedy.
 * @example
 * const store = createSqliteStore({ file: "runs.db" });
 * const runwire = createRunwireServer({ store, authenticate, authorize });
 */
export function createSqliteStore(options: SqliteStoreOptions): EventStore {
  checkOptions("createSqliteStore", options, optionChecks);
  // Callers from JavaScript may give nothing at all.
  if (options?.file === undefined)
    throw new RunwireError("invalid_options", 'file is missing; name one, { file: "runs.db" }');
  const {
    file,
    durability = "full",
    lockTimeoutMs = 5_000,
    maxFileBytes,
    reserveBytes = 33_554_432,
    ...environment
  } = options;
  const { clock, random } = resolveEnvironment(environment);
  const randomName = () => toName(random(randomBytesInName));
  const opening = { id: randomName(), salt: randomName() };
  const opened = new SqliteFile({
    file,
    durability,
    lockTimeoutMs,
    maxFileBytes,
    reserveBytes,
    opening,
  });
  return new SqliteStore(opened, { clock, randomName });
}

const optionChecks = {
  file: (value: unknown) =>
    typeof value === "string" && value !== "" ? undefined : "a file's name",
  durability: isOneOf("full", "normal"),
  maxFileBytes: isAtLeast(1),
  reserveBytes: isAtLeast(0),
  lockTimeoutMs: isAtLeast(0),
  ...environmentChecks,
};
