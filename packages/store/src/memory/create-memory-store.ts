import type { EventStore } from "../event-store.js";
import { checkOptions, environmentChecks } from "../rows/check-options.js";
import { resolveEnvironment, type StoreEnvironment } from "../rows/store-options.js";
import { MemoryStore } from "./memory-store.js";

/** What {@link createMemoryStore} takes; the defaults are real. */
export interface MemoryStoreOptions extends StoreEnvironment {}

/**
 * A store that lives as long as the process: for tests, demonstrations, and runs whose history nobody needs
 * after a restart. Every store has epochs of its own, so that readers of an earlier process start over instead
 * of mixing two logs.
 *
 * @throws RunwireError `invalid_options` for an option that there is not.
 * @example
 * const runwire = createRunwireServer({ store: createMemoryStore(), access: "open-to-everyone" });
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): EventStore {
  checkOptions("createMemoryStore", options, environmentChecks);
  return new MemoryStore(resolveEnvironment(options));
}
