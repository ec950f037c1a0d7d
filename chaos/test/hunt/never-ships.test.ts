import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const packages = fileURLToPath(new URL("../../../packages", import.meta.url));

/** What is published, as sources and as built. */
function shippedFiles(): readonly string[] {
  return readdirSync(packages).flatMap((name) =>
    ["src", "dist"].flatMap((folder) => {
      const entries = readFolder(join(packages, name, folder));
      return entries.filter((file) => /\.(c?js|ts)$/.test(file));
    }),
  );
}

function readFolder(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
  } catch {
    return []; // not built
  }
}

test("no published file has a switch for a mistake, or knows of this search", () => {
  const files = shippedFiles();
  expect(files.length).toBeGreaterThan(100);
  const telling = /RUNWIRE_PLANT|runwire\/chaos|source-plants|outer-plants/;
  expect(files.filter((file) => telling.test(readFileSync(file, "utf8")))).toEqual([]);
});
