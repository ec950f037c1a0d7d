import { isRunwireError } from "@runwire/protocol";
import { createMemoryStore, type EventStore } from "@runwire/store";
import { createSqliteStore } from "@runwire/store/sqlite";
import { Misuse } from "../misuse.js";

/**
 * Opens what `--store` names.
 *
 * @throws Misuse when it names nothing, or what it names cannot be opened
 */
export function openStore(name: string): EventStore {
  if (name === "memory:") return createMemoryStore();
  const file = /^sqlite:(.+)$/s.exec(name)?.[1];
  if (file === undefined) throw new Misuse(`--store takes memory: or sqlite:FILE, not “${name}”.`);
  try {
    return createSqliteStore({ file });
  } catch (error) {
    if (isRunwireError(error)) throw new Misuse(error.message);
    throw error;
  }
}
