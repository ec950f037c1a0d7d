import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findGaps } from "../check-lockfile-platforms.mjs";

const platforms = ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64", "win32-x64"];

function lockfile(packages: readonly string[]): string {
  const entries = packages.map((entry) => `  '${entry}':\n    resolution: {integrity: sha512-}\n`);
  return `lockfileVersion: '9.0'\n\npackages:\n\n${entries.join("\n")}\nsnapshots:\n`;
}

test("finds no gap in this repository's lockfile", () => {
  const text = readFileSync(new URL("../../pnpm-lock.yaml", import.meta.url), "utf8");
  expect(findGaps(text)).toEqual([]);
});

test("accepts a family that has every platform", () => {
  expect(findGaps(lockfile(platforms.map((p) => `@tool/${p}@1.0.0`)))).toEqual([]);
});

test("names the platforms that a family lacks", () => {
  const onlyLinux = lockfile(["@tool/binding-linux-x64-gnu@1.0.0", "other@2.0.0"]);
  expect(findGaps(onlyLinux)).toEqual([
    {
      family: "@tool/binding-*@1.0.0",
      missing: ["darwin-arm64", "darwin-x64", "linux-arm64", "win32-x64"],
    },
  ]);
});

test("does not let another version fill the gap", () => {
  const complete = platforms.map((p) => `tool-${p}@1.0.0`);
  const newer = platforms.slice(1).map((p) => `tool-${p}@1.1.0`);
  expect(findGaps(lockfile([...complete, ...newer]))).toEqual([
    { family: "tool-*@1.1.0", missing: ["darwin-arm64"] },
  ]);
});

test("refuses a text that is no lockfile instead of finding nothing in it", () => {
  expect(() => findGaps("packages: {}")).toThrow(/not a lockfile/);
});
