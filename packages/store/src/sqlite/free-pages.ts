import type { DatabaseSync } from "node:sqlite";
import { pragma } from "./pragma.js";

/** So many pages (of 4 KiB), and this share of the file, may be free: what comes next is written there. */
const keptPages = 256;
const keptShare = 0.25;
/** Pages that one step gives back. */
const pagesPerStep = 256;

/**
 * Pages that nothing is in any more. The file gets no shorter by what is deleted in it; what is more than the coming
 * appends are likely to need is given back to the disk, from the end of the file.
 */
export class FreePages {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Whether there are more of them than are to be kept. */
  get isTooMany(): boolean {
    return this.#surplus > 0;
  }

  get #surplus(): number {
    const free = Number(pragma(this.#database, "freelist_count"));
    if (free <= keptPages) return 0;
    return free - Math.floor(Number(pragma(this.#database, "page_count")) * keptShare);
  }

  /** Gives some of them back. Inside a transaction; the file is shorter after the next checkpoint. */
  giveSomeBack(): void {
    const pages = Math.min(this.#surplus, pagesPerStep);
    if (pages > 0) this.#database.exec(`PRAGMA incremental_vacuum(${pages})`);
  }
}
