import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The name of a database file in a folder of its own, which is one of `parent`. */
export function createTemporaryFile(parent = tmpdir()): {
  readonly file: string;
  readonly remove: () => void;
} {
  const folder = mkdtempSync(join(parent, "runwire-store-"));
  return {
    file: join(folder, "runs.db"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
