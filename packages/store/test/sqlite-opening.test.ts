import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isRunwireError } from "@runwire/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EventStore } from "../src/index.js";
import { createSqliteStore, type SqliteStoreOptions } from "../src/sqlite.js";
import {
  append,
  channel,
  custom,
  request,
  started,
  textsOf,
} from "../src/testing/event-samples.js";
import { createTemporaryFile } from "./temporary-file.js";

let file: string;
let remove: () => void;
beforeEach(() => {
  ({ file, remove } = createTemporaryFile());
});
afterEach(() => remove());

function openingError(name = file) {
  try {
    createSqliteStore({ file: name });
  } catch (error) {
    if (isRunwireError(error)) return error;
    throw error;
  }
  throw new Error(`${name} was opened`);
}

function pragma(name: string): unknown {
  const database = new DatabaseSync(file);
  const value = Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  database.close();
  return value;
}

describe("a new file", () => {
  it("is in WAL mode, says whose it is, and carries the version of its tables", async () => {
    await createSqliteStore({ file }).close();
    expect(pragma("journal_mode")).toBe("wal");
    expect(pragma("application_id")).toBe(0x72756e77);
    expect(pragma("user_version")).toBe(1);
    expect(pragma("integrity_check")).toBe("ok");
  });

  it("may be in memory, where nothing outlives the store", async () => {
    const store = createSqliteStore({ file: ":memory:" });
    expect(await append(store, [started("a")])).toBe(1);
    await store.close();
  });
});

describe("a file that cannot be opened", () => {
  it("in a folder that does not exist names the file and the remedy", () => {
    const missing = join(dirname(file), "nowhere", "runs.db");
    expect(openingError(missing)).toMatchObject({
      code: "store_unavailable",
      message: `the store ${missing} cannot be opened; its folder must exist and be writable for this process`,
    });
  });

  it("because none is named is an error of its own", () => {
    const nameless = { file: undefined as unknown as string }; // as JavaScript may call it
    expect(() => createSqliteStore(nameless)).toThrow(
      expect.objectContaining({ code: "invalid_options" }),
    );
  });

  it.each([
    [
      { durabilty: "full" },
      "durabilty is no option of createSqliteStore; it takes file, durability",
    ],
    [{ durability: "off" }, 'durability must be "full" or "normal"'],
    [{ maxFileBytes: "1 GB" }, "maxFileBytes must be a number of at least 1"],
    [{ lockTimeoutMs: -1 }, "lockTimeoutMs must be a number of at least 0"],
    [{ clock: 5 }, "clock must be a function"],
  ])("because an option is wrong, %j, says which, and makes no file", (option, message) => {
    const options = { file, ...option } as SqliteStoreOptions; // as JavaScript may call it
    const matching = { code: "invalid_options", message: expect.stringContaining(message) };
    expect(() => createSqliteStore(options)).toThrow(expect.objectContaining(matching));
    expect(existsSync(file)).toBe(false);
  });

  it("because it is a folder is refused", () => {
    mkdirSync(file);
    expect(openingError()).toMatchObject({
      code: "store_unavailable",
      message: /cannot be opened/,
    });
  });

  it("because it is no database is left as it was", () => {
    const text = "not a database, but something that somebody wrote\n".repeat(100);
    writeFileSync(file, text);
    expect(openingError().message).toBe(
      `the store ${file} is not a SQLite database; name another file, or move this one away`,
    );
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  it("because it is another application's is left as it was", () => {
    const database = new DatabaseSync(file);
    database.exec("CREATE TABLE theirs (id); PRAGMA user_version = 1");
    database.close();
    expect(openingError().message).toContain("holds another application's tables");
    expect(pragma("journal_mode")).toBe("delete");
  });

  it("because a newer version wrote it says which, and to update", async () => {
    await createSqliteStore({ file }).close();
    const database = new DatabaseSync(file);
    database.exec("PRAGMA user_version = 99");
    database.close();
    expect(openingError().message).toBe(
      `the store ${file} was written by a newer runwire (its version is 99, this one knows 1); update @runwire/store`,
    );
  });

  it("because it is damaged says so", async () => {
    await createSqliteStore({ file }).close();
    truncateSync(file, 5_000);
    expect(openingError()).toMatchObject({
      code: "store_unavailable",
      message: /is damaged|not a SQLite/,
    });
  });

  it("because it may only be read says so", async () => {
    await createSqliteStore({ file }).close();
    expect(openingError(`file:${file}?mode=ro`).message).toContain(
      "cannot be written; make the file",
    );
  });

  it("because nobody may write it says so", async () => {
    await createSqliteStore({ file }).close();
    chmodSync(file, 0o444);
    chmodSync(dirname(file), 0o555);
    expect(asNobody(() => openingError().message)).toContain("writable for this process");
    chmodSync(dirname(file), 0o755);
  });
});

describe("a file that may not grow", () => {
  it("answers `store_full` with nothing written, is read as before, and heals when there is room", async () => {
    const store = createSqliteStore({ file, maxFileBytes: 400_000 });
    await append(store, [custom("n", undefined, "x".repeat(100_000))], {
      channel: "deleted later",
    });
    await append(store, [started("a")]);
    const large = request([custom("n", undefined, "y".repeat(250_000))]);
    await expect(store.append(large)).rejects.toMatchObject({
      code: "store_full",
      message: expect.stringMatching(/no room left, on its disk or within maxFileBytes/),
    });
    expect(await store.head(channel)).toMatchObject({ offset: 1 });
    expect(await textsOf(store)).toHaveLength(1);
    await store.deleteChannel("deleted later");
    expect(await store.append(large)).toMatchObject({ status: "appended", offset: 2 });
    await store.close();
  });

  it("has room all the same for what servers tell each other of rights that are gone", async () => {
    const store = createSqliteStore({ file, maxFileBytes: 300_000, durability: "normal" });
    while (await fits(store, 50_000));
    while (await fits(store, 1_000));
    while (await fits(store, 1));
    const notice = { kind: "disconnect", user: "ann" } as const;
    for (let count = 0; count < 20; count++) await store.putNotice("server-1", notice);
    expect(await store.notices({ after: 19, limit: 9 })).toMatchObject({ notices: [{ notice }] });
    await store.close();
  });
});

describe("a disk of which appends may take no more", () => {
  it("has room all the same for what servers tell each other", async () => {
    const store = createSqliteStore({ file, reserveBytes: Number.MAX_SAFE_INTEGER });
    expect(await fits(store, 1)).toBe(false);
    await store.putNotice("server-1", { kind: "revoke", user: "ann", channel });
    expect(await store.notices({ after: 0, limit: 9 })).toMatchObject({ latest: 1 });
    await store.close();
  });
});

/** Appends an event with so many bytes; `false` when there is no room. */
async function fits(store: EventStore, bytes: number): Promise<boolean> {
  try {
    await append(store, [custom("n", undefined, "z".repeat(bytes))]);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: "store_full" });
    return false;
  }
}

/** Root may write everywhere: there the work is done as somebody who may not. */
function asNobody<Result>(work: () => Result): Result {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.("nobody");
  try {
    return work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
