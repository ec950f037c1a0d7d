import { createMemoryStore } from "../src/index.js";
import { createSqliteStore } from "../src/sqlite.js";
import { describeEventStore } from "../src/testing.js";
import { createTemporaryFile } from "./temporary-file.js";

describeEventStore("the memory store", () => ({ open: createMemoryStore }), { persists: false });

describeEventStore("the SQLite store", () => {
  const { file, remove } = createTemporaryFile();
  // Waiting for the disk changes no answer, and would be most of the suite's time.
  const durability = "normal";
  return { open: ({ clock }) => createSqliteStore({ file, clock, durability }), dispose: remove };
});
