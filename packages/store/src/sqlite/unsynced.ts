import { readFileSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { replaceEpochs } from "./epoch-rows.js";
import { prepare } from "./statement.js";

/**
 * With `durability: "normal"` a power cut may take the last appends back, and their offsets would be given again:
 * another event under the same epoch and offset. So every opening leaves a note in the file, with the start of the
 * operating system that holds what the disk has not got yet, and takes it away when all is on the disk:
 *
 *   open ─▶ note ─▶ appends ─▶ close: disk confirmed ─▶ no note
 *                      └─▶ the process is killed ─▶ note of this start: the system still has everything
 *                      └─▶ power cut ─────────────▶ note of another start: every channel gets a new epoch
 */
export interface Opening {
  /** A name of this opening. */
  readonly id: string;
  /** For channels that were never written. */
  readonly salt: string;
}

/** Gives new epochs where appends may have been taken back. Inside a transaction. */
export function replaceDoubtfulEpochs(database: DatabaseSync, { salt }: Opening): void {
  const others = "FROM unsynced WHERE start IS NOT ?";
  const start = currentStart();
  if (prepare(database, `SELECT 1 ${others} LIMIT 1`).get(start) === undefined) return;
  replaceEpochs(database, salt);
  prepare(database, `DELETE ${others}`).run(start);
}

/** Leaves the note. Inside a transaction that is confirmed by the disk. */
export function noteUnsynced(database: DatabaseSync, { id }: Opening): void {
  prepare(database, "INSERT INTO unsynced (id, start) VALUES (?, ?)").run(id, currentStart() ?? id);
}

/** Takes the note away. Inside a transaction that the disk confirms, and with it all that came before. */
export function noteSynced(database: DatabaseSync, { id }: Opening): void {
  prepare(database, "DELETE FROM unsynced WHERE id = ?").run(id);
}

/** Names this start of the operating system; only Linux tells. */
function currentStart(): string | null {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return null;
  }
}
