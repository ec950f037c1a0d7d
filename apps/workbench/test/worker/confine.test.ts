import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolveInside } from "../../src/worker/files/confine.ts";
import { walkFiles } from "../../src/worker/files/walk-files.ts";
import { readFile } from "../../src/worker/tools/read-file.ts";
import { searchText } from "../../src/worker/tools/search-text.ts";
import { createFolder } from "../support/folders.ts";
import { runIn } from "../support/run-tool.ts";

const wholeFile = (path: string) => ({ path, fromLine: 1, lineCount: 10 });

test("lets through what lies inside", async () => {
  const folder = createFolder({ "a/b.txt": "b", "..c/d": "d" });
  expect(await resolveInside(folder, "a/../a/b.txt")).toBe(join(folder, "a/b.txt"));
  expect(await resolveInside(folder, ".")).toBe(folder);
  expect(await resolveInside(folder, "..c/d")).toBe(join(folder, "..c/d"));
});

test.each(["..", "../x", "a/../../x", "/", "/etc/passwd"])("refuses %s", async (path) => {
  const folder = createFolder({ "a/b.txt": "b" });
  await expect(resolveInside(folder, path)).rejects.toThrow("leads out of the folder");
});

test("does not take a folder for its neighbour with a longer name", async () => {
  const outer = createFolder({ "work/a": "", "work-secret/b": "" });
  const inside = join(outer, "work");
  await expect(resolveInside(inside, "../work-secret/b")).rejects.toThrow("leads out");
});

test("follows a link only to what lies inside", async () => {
  const secret = createFolder({ "key.txt": "the secret" });
  const folder = createFolder({ "a.txt": "open" });
  symlinkSync(join(secret, "key.txt"), join(folder, "file-link"));
  symlinkSync(secret, join(folder, "folder-link"));
  symlinkSync(join(folder, "a.txt"), join(folder, "own-link"));
  expect((await runIn(folder, readFile, wholeFile("own-link"))).text).toBe("open");
  for (const path of ["file-link", "folder-link/key.txt"])
    await expect(runIn(folder, readFile, wholeFile(path))).rejects.toThrow("leads out");
});

test("walks through no link, so that a search never sees what lies outside", async () => {
  const secret = createFolder({ "key.txt": "the secret" });
  const folder = createFolder({ "a.txt": "open" });
  symlinkSync(secret, join(folder, "link"));
  symlinkSync(folder, join(folder, "circle"));
  const signal = new AbortController().signal;
  const walked: string[] = [];
  for await (const path of walkFiles(folder, signal)) walked.push(path);
  expect(walked).toEqual(["a.txt"]);
  const found = await runIn(folder, searchText, { text: "secret", expectedFiles: 1 });
  expect(found.hits).toEqual([]);
});

test("says the same sentence about a missing file inside and no more than that", async () => {
  const folder = createFolder();
  await expect(resolveInside(folder, "gone.txt")).rejects.toThrow("there is no gone.txt");
});
