import { createMemoryStore } from "../src/index.js";
import { createSqliteStore } from "../src/sqlite.js";
import { describeEventStore } from "../src/testing.js";
import { createTemporaryFile } from "./temporary-file.js";

describeEventStore("the memory store", () => ({ open: createMemoryStore }), { persists: false });

describeEventStore("the SQLite store", () => {
  const { file, remove } = createTemporaryFile();
  return { open: ({ clock }) => createSqliteStore({ file, clock }), dispose: remove };
});
