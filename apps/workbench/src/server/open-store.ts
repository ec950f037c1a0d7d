import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { isRunwireError } from "@runwire/protocol";
import type { EventStore } from "@runwire/store";
import { createSqliteStore } from "@runwire/store/sqlite";
import { UserProblem } from "../shared/fail.ts";

/**
 * Opens the file of runs, making its folder where there is none.
 *
 * @throws UserProblem when the folder or the file cannot be written, or is no database
 */
export async function openStore(dataFolder: string): Promise<EventStore> {
  const file = join(dataFolder, "runs.db");
  try {
    await mkdir(dataFolder, { recursive: true });
    return createSqliteStore({ file });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserProblem(
      isRunwireError(error) ? reason : `The runs cannot be kept in ${dataFolder}: ${reason}`,
    );
  }
}
