import { closeSync, openSync, readSync } from "node:fs";
import { endianness } from "node:os";
import type { DatabaseSync } from "node:sqlite";
import { databasePath } from "./pragma.js";

/** What FILE-shm says of FILE-wal: which one it is, how many frames of it are committed, and how many of them are in the file. */
export interface CommittedFrames {
  /** Counts how often FILE-wal was begun anew. */
  readonly salt: number;
  readonly last: number;
  readonly copied: number;
}

/** Where the numbers stand, see “WAL-Index File Format” of SQLite. There are two copies of the header. */
const headerBytes = 48;
/** Another process that has the file open may have begun FILE-wal anew, so often while this one waited for the lock. */
const maxRestarts = 100;
const places = { last: 16, salt: 32, copied: 96 } as const;

/**
 * Frames that were committed when the last process had the file. FILE-shm outlives a process that is killed, and is
 * made anew by the next one, which takes FILE-wal up to its first frame that is not right, and says nothing of the others.
 */
export function readCommittedFrames(database: DatabaseSync): CommittedFrames | undefined {
  const bytes = readStart(`${databasePath(database)}-shm`, places.copied + 4);
  if (bytes === undefined) return undefined;
  const [header, copy] = [
    bytes.subarray(0, headerBytes),
    bytes.subarray(headerBytes, 2 * headerBytes),
  ];
  // Somebody writes it at this moment, so the file is in use and nothing is lost.
  if (!header.equals(copy)) return undefined;
  return {
    salt: bytes.readUInt32BE(places.salt),
    last: readNative(bytes, places.last),
    copied: readNative(bytes, places.copied),
  };
}

/** Whether frames that were committed are gone: the log is shorter than its readers know it. */
export function hasLostFrames(
  before: CommittedFrames | undefined,
  after: CommittedFrames | undefined,
): boolean {
  if (before === undefined || before.last <= before.copied) return false;
  if (after === undefined) return true;
  if (after.last >= before.last) return false;
  // Where its number is neither, the beginning of FILE-wal could not be read.
  const restarts = after.salt - before.salt;
  return restarts < 1 || restarts > maxRestarts;
}

function readNative(bytes: Buffer, place: number): number {
  return endianness() === "LE" ? bytes.readUInt32LE(place) : bytes.readUInt32BE(place);
}

/** `undefined` where the file is not there, or shorter. */
function readStart(name: string, length: number): Buffer | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(name, "r");
    const bytes = Buffer.alloc(length);
    return readSync(descriptor, bytes) === length ? bytes : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
