import { readFileSync } from "node:fs";
import { join } from "node:path/posix";

/** The source files of a package that others may import: those that its exports map names. */
export function entryFiles(folder, root = ".") {
  const { exports } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  return Object.values(exports)
    .map((target) => (typeof target === "string" ? target : target["@runwire/source"]))
    .filter((target) => /\.tsx?$/.test(target ?? ""))
    .map((target) => join(folder, target));
}
