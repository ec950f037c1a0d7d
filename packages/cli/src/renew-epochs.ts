import { existsSync } from "node:fs";
import { isRunwireError } from "@runwire/protocol";
import { createSqliteStore } from "@runwire/store/sqlite";
import { Misuse } from "./misuse.js";

/** The flags of `runwire renew-epochs`. */
export interface RenewEpochsFlags {
  readonly store: string;
}

/**
 * Gives every channel of a store a new epoch, so that nobody goes on in a log that is older than what they have seen.
 *
 * @throws Misuse when the store is no SQLite file, is not there, or cannot be written
 */
export async function runRenewEpochs({ store: name }: RenewEpochsFlags): Promise<void> {
  const file = /^sqlite:(.+)$/s.exec(name)?.[1];
  if (file === undefined) throw new Misuse(`--store takes sqlite:FILE here, not “${name}”.`);
  // Opened as a store, it would be made.
  if (!existsSync(file)) throw new Misuse(`There is no file ${file}.`);
  try {
    await renewEpochsOf(file);
  } catch (error) {
    if (isRunwireError(error)) throw new Misuse(error.message);
    throw error;
  }
  process.stdout.write(`every channel of ${file} has a new epoch\n`);
}

async function renewEpochsOf(file: string): Promise<void> {
  const store = createSqliteStore({ file });
  try {
    await store.renewEpochs();
  } finally {
    await store.close();
  }
}
