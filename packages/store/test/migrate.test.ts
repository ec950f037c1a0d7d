import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { migrate } from "../src/sqlite/migrate.js";
import { pragma } from "../src/sqlite/pragma.js";

const file = "runs.db";
const first = "CREATE TABLE things (name TEXT)";
const second = "ALTER TABLE things ADD COLUMN size INTEGER NOT NULL DEFAULT 7";
let database: DatabaseSync;
beforeEach(() => {
  database = new DatabaseSync(":memory:");
});
afterEach(() => database.close());

it("runs only the steps that a file has not seen, and keeps what is in it", () => {
  migrate(database, { file, migrations: [first] });
  database.exec("INSERT INTO things VALUES ('old')");
  migrate(database, { file, migrations: [first, second] });
  migrate(database, { file, migrations: [first, second] });
  expect({ ...database.prepare("SELECT * FROM things").get() }).toEqual({ name: "old", size: 7 });
  expect(pragma(database, "user_version")).toBe(2);
});

it("leaves the file as it was when a step fails", () => {
  migrate(database, { file, migrations: [first] });
  database.exec("BEGIN");
  expect(() => migrate(database, { file, migrations: [first, second, "NOT SQL"] })).toThrow(
    "syntax",
  );
  database.exec("ROLLBACK");
  expect(pragma(database, "user_version")).toBe(1);
  expect(() => database.exec("SELECT size FROM things")).toThrow("no such column");
});

it("refuses a file of a later version, naming both", () => {
  migrate(database, { file, migrations: [first, second] });
  expect(() => migrate(database, { file, migrations: [first] })).toThrow(
    "its version is 2, this one knows 1",
  );
});
