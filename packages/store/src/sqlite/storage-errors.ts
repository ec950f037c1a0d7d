import { isRunwireError, RunwireError } from "@runwire/protocol";

/** The primary result codes of SQLite that need an answer of their own. */
const codes = {
  busy: 5,
  locked: 6,
  noMemory: 7,
  readOnly: 8,
  inputOutput: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  constraint: 19,
  notADatabase: 26,
} as const;

/** Those that say nothing of the one statement that met them: the whole transaction has failed. */
const ofTheWholeFile: ReadonlySet<number | undefined> = new Set([
  codes.busy,
  codes.locked,
  codes.noMemory,
  codes.readOnly,
  codes.inputOutput,
  codes.full,
  codes.cannotOpen,
  codes.notADatabase,
]);

/** The primary result code of an error of `node:sqlite`; `undefined` for any other. */
function resultCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}

/** Whether another connection holds the lock: waiting helps. */
export function isBusy(error: unknown): boolean {
  const code = resultCodeOf(error);
  return code === codes.busy || code === codes.locked;
}

/** Whether a page of the file cannot be read. */
export function isCorrupt(error: unknown): boolean {
  return resultCodeOf(error) === codes.corrupt;
}

/** Whether there was no room, on the disk or within the bounds that were set. */
export function isFull(error: unknown): boolean {
  return (
    resultCodeOf(error) === codes.full || (isRunwireError(error) && error.code === "store_full")
  );
}

/** Whether an error is about the file, and not about what one caller asked for. */
export function isOfTheWholeFile(error: unknown): boolean {
  return ofTheWholeFile.has(resultCodeOf(error));
}

/** What an append is told that would take the last of the disk; trimming and deleting go on. */
export function noRoomError(file: string): RunwireError<"store_full"> {
  return new RunwireError(
    "store_full",
    `the store ${file} must leave room on its disk (reserveBytes), and there is no more; make some, nothing was written`,
  );
}

/** What a caller is told: one sentence that names the file and the remedy. */
export function toStorageError(error: unknown, file: string): RunwireError {
  if (isRunwireError(error)) return error;
  const code = resultCodeOf(error) === codes.full ? "store_full" : "store_unavailable";
  return new RunwireError(code, `the store ${file} ${complaintOf(error)}`, { cause: error });
}

function complaintOf(error: unknown): string {
  switch (resultCodeOf(error)) {
    case codes.busy:
    case codes.locked:
      return "is locked by another process; end what holds a transaction open, or copy the file and open the copy";
    case codes.readOnly:
      return "cannot be written; make the file and its folder writable for this process";
    case codes.corrupt:
    // What is written never breaks the rules of the tables, unless what it is made from is wrong.
    case codes.constraint:
      return "is damaged; restore it from a backup, or save what `sqlite3 FILE .recover` can read";
    case codes.full:
      return "has no room left, on its disk or within maxFileBytes; make some, nothing was written";
    case codes.cannotOpen:
      return "cannot be opened; its folder must exist and be writable for this process";
    case codes.notADatabase:
      return "is not a SQLite database; name another file, or move this one away";
    case codes.inputOutput:
      return "cannot be read or written; look at the disk that it lies on";
    case codes.noMemory:
      return "needs more memory than there is";
    default:
      return `failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}
