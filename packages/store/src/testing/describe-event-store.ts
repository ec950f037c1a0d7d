import { describe } from "vitest";
import { describeAppending } from "./appending-suite.js";
import { describeClosing } from "./closing-suite.js";
import { describeCommands } from "./commands-suite.js";
import { describeKeeping } from "./keeping-suite.js";
import { describeLeases } from "./leases-suite.js";
import { describeNotices } from "./notices-suite.js";
import { describePersistence } from "./persistence-suite.js";
import { describeReading } from "./reading-suite.js";
import { describeRetention } from "./retention-suite.js";
import { describeRuns } from "./runs-suite.js";
import { type CreateTestStorage, useStorage } from "./test-storage.js";

/** What the suite must know of a storage. */
export interface DescribeEventStoreOptions {
  /**
   * Whether opening the storage again finds what was written, also while it is still open elsewhere.
   * @default true
   */
  readonly persists?: boolean;
}

/**
 * Proves an implementation of `EventStore` with vitest: everything that the interface promises, through the
 * interface alone. What a storage can do wrong in its own way (locks, failover, versions) needs tests of its own.
 *
 * @example
 * describeEventStore("a store in PostgreSQL", async () => {
 *   const schema = await createSchema();
 *   return {
 *     open: ({ clock }) => createPostgresStore({ pool, schema, clock }),
 *     dispose: () => dropSchema(schema),
 *   };
 * });
 */
export function describeEventStore(
  name: string,
  createStorage: CreateTestStorage,
  { persists = true }: DescribeEventStoreOptions = {},
): void {
  describe(name, () => {
    const test = useStorage(createStorage);
    describeAppending(test);
    describeReading(test);
    describeRuns(test);
    describeLeases(test);
    describeCommands(test);
    describeRetention(test);
    describeKeeping(test);
    describeNotices(test);
    describeClosing(test);
    if (persists) describePersistence(test);
  });
}
