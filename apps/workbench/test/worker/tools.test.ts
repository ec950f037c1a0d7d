import type { Progress } from "@runwire/protocol";
import { expect, test } from "vitest";
import { MAX_TEXT_BYTES } from "../../src/worker/files/read-text.ts";
import { countLines } from "../../src/worker/tools/count-lines.ts";
import { fileFacts } from "../../src/worker/tools/file-facts.ts";
import { gitLog } from "../../src/worker/tools/git-log.ts";
import { listFiles, MAX_PATHS } from "../../src/worker/tools/list-files.ts";
import { measureReading } from "../../src/worker/tools/measure-reading.ts";
import { readFile } from "../../src/worker/tools/read-file.ts";
import { MAX_HITS, searchText } from "../../src/worker/tools/search-text.ts";
import { commitAll, createFolder, writeFiles } from "../support/folders.ts";
import { runIn } from "../support/run-tool.ts";

const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`);

test("lists files by name, counts their extensions and skips what people did not write", async () => {
  const folder = createFolder({ "b.ts": "", "a.ts": "", "c/d.md": "", "node_modules/x.ts": "" });
  expect(await runIn(folder, listFiles, {})).toEqual({
    count: 3,
    extensions: new Map([
      [".ts", 2],
      [".md", 1],
    ]),
    paths: ["a.ts", "b.ts", "c/d.md"],
  });
});

test("names no more paths than its output may hold, but counts all", async () => {
  const names = Array.from({ length: MAX_PATHS + 5 }, (_, index) => [`f${index}`, ""]);
  const listed = await runIn(createFolder(Object.fromEntries(names)), listFiles, {});
  expect([listed.count, listed.paths.length]).toEqual([MAX_PATHS + 5, MAX_PATHS]);
});

test("searches text whatever its case, and says where it stands", async () => {
  const folder = createFolder({ "a.txt": "one\n  Two two\n", "b.bin": Buffer.from([0, 1, 2]) });
  const told: Progress[] = [];
  const found = await runIn(folder, searchText, { text: "TWO", expectedFiles: 2 }, told);
  expect(found).toEqual({
    hits: [{ path: "a.txt", line: 2, text: "Two two" }],
    filesSearched: 1,
    filesSkipped: 1,
    isCut: false,
  });
  expect(told.map((progress) => progress.outputDelta)).toContain("a.txt:2  Two two\n");
});

test("stops a search at its limit and says so", async () => {
  const folder = createFolder({ "a.txt": lines(MAX_HITS + 50).join("\n"), "b.txt": "line" });
  const found = await runIn(folder, searchText, { text: "line", expectedFiles: 2 });
  expect([found.hits.length, found.isCut, found.filesSearched]).toEqual([MAX_HITS, true, 1]);
});

test("reads the lines that were asked for", async () => {
  const folder = createFolder({ "a.txt": lines(9).join("\n") });
  const input = { path: "a.txt", fromLine: 3, lineCount: 2 };
  expect(await runIn(folder, readFile, input)).toEqual({
    path: "a.txt",
    fromLine: 3,
    text: "line 3\nline 4",
    totalLines: 9,
  });
});

test("reads no more of a file than the limit, and nothing of what is no text", async () => {
  const folder = createFolder({ "big.txt": "x".repeat(MAX_TEXT_BYTES + 10), "a.bin": "a\0b" });
  const big = await runIn(folder, readFile, { path: "big.txt", fromLine: 1, lineCount: 1 });
  expect(big.text).toHaveLength(MAX_TEXT_BYTES);
  const binary = runIn(folder, readFile, { path: "a.bin", fromLine: 1, lineCount: 1 });
  await expect(binary).rejects.toThrow("a.bin is not a text file");
});

test("counts lines by extension, and those of the longest file", async () => {
  const folder = createFolder({ "a.ts": "1\n2\n", "b.ts": "1\n2\n3", "c.md": "", "d.bin": "\0" });
  expect(await runIn(folder, countLines, { expectedFiles: 4 })).toEqual({
    totalLines: 5,
    byExtension: new Map([[".ts", 5]]),
    longest: { path: "b.ts", lines: 3 },
  });
});

test("tells sizes as integers without end, ages as dates and owners as a set", async () => {
  const folder = createFolder({ "small.txt": "1", "large.txt": "12345" });
  const facts = await runIn(folder, fileFacts, { expectedFiles: 2 });
  expect(facts.totalBytes).toBe(6n);
  expect(facts.largest.map((fact) => fact.path)).toEqual(["large.txt", "small.txt"]);
  expect(facts.newest[0]?.changedAt).toBeInstanceOf(Date);
  expect(facts.owners.size).toBe(1);
});

test("tells the commits of the folder, newest first, and of one file", async () => {
  const folder = createFolder({ "a.txt": "1" });
  commitAll(folder, "begin");
  writeFiles(folder, { "[b].txt": "2" });
  commitAll(folder, "add b", "Bob");
  const all = await runIn(folder, gitLog, { maxCommits: 10 });
  expect(all.map(({ author, subject }) => [author, subject])).toEqual([
    ["Bob", "add b"],
    ["Ann", "begin"],
  ]);
  expect(all[0]?.date).toBeInstanceOf(Date);
  const ofFile = await runIn(folder, gitLog, { maxCommits: 10, path: "[b].txt" });
  expect(ofFile.map(({ subject }) => subject)).toEqual(["add b"]);
});

test("says in one line why there is no history", async () => {
  const log = runIn(createFolder(), gitLog, { maxCommits: 1 });
  await expect(log).rejects.toThrow(/^git log: fatal: not a git repository[^\n]*$/);
});

test("measures for as long as it was told and ends with a full bar", async () => {
  const folder = createFolder({ "a.txt": "12345" });
  const told: Progress[] = [];
  const speed = await runIn(folder, measureReading, { paths: ["a.txt"], seconds: 0.1 }, told);
  expect(speed.readings).toBeGreaterThan(1);
  expect(speed.bytesRead).toBe(BigInt(speed.readings) * 5n);
  expect(told.at(-1)?.fraction).toBe(1);
});

test("measures nothing where there is nothing, and says so with what is no number", async () => {
  const speed = await runIn(createFolder(), measureReading, { paths: [], seconds: 1 });
  expect(speed).toMatchObject({ readings: 0, bytesRead: 0n, medianMs: Number.NaN });
});
