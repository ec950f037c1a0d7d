import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { EncodedEvent } from "../event-store.js";
import { databasePath } from "./pragma.js";
import { prepare, type Statement } from "./statement.js";
import { noRoomError } from "./storage-errors.js";

/** How long a measurement holds, milliseconds: others write to the same disk. */
const holdsMs = 100;
/** What one unit of a text takes at most: three bytes in FILE-wal, and the same in the file when it is copied there. */
const bytesPerUnit = 6;

/**
 * Whether appends still leave the reserve on the disk. Whatever changes is written to FILE-wal first, a deletion too,
 * and copied into the file later, which grows by it: on a disk that is full to the last byte nothing can be copied, so
 * nothing can be deleted, and nothing ever heals. What appends leave is larger than FILE-wal becomes.
 *
 *   disk ▕ file ▕ FILE-wal ▕ all else ▕ free ─────────▶▕ reserve ▏
 *                                       appends end here ▲        ▲ trimming, deleting, renewing go on to here
 */
export class DiskRoom {
  /** `undefined`: there is nothing to look after. */
  readonly #file: string | undefined;
  readonly #reserveBytes: number;
  readonly #freeInFile: Statement<{ readonly bytes: number }>;
  #left = 0;
  #measuredAt = Number.NEGATIVE_INFINITY;

  constructor(database: DatabaseSync, reserveBytes: number) {
    this.#file = reserveBytes === 0 ? undefined : databasePath(database) || undefined;
    this.#reserveBytes = reserveBytes;
    this.#freeInFile = prepare(
      database,
      "SELECT freelist_count * page_size AS bytes FROM pragma_freelist_count, pragma_page_size",
    );
  }

  /**
   * Counts events as written. Inside a transaction.
   *
   * @throws RunwireError `store_full` where they would take some of the reserve
   */
  take(events: readonly EncodedEvent[]): void {
    if (this.#file === undefined) return;
    let needed = 0;
    for (const { json } of events) needed += json.length * bytesPerUnit;
    const now = performance.now();
    if (this.#left < needed || now - this.#measuredAt >= holdsMs) {
      this.#left = this.#measure(dirname(this.#file));
      this.#measuredAt = now;
    }
    if (this.#left < needed) throw noRoomError(this.#file);
    this.#left -= needed;
  }

  #measure(folder: string): number {
    const inFile = this.#freeInFile.get()?.bytes ?? 0;
    return freeBytesOf(folder) + inFile - this.#reserveBytes;
  }
}

/** `Infinity` where the file system does not say. */
function freeBytesOf(folder: string): number {
  try {
    const { blocks, bavail, bsize } = statfsSync(folder);
    return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
