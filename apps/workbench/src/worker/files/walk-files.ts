import { opendir } from "node:fs/promises";
import { join, relative } from "node:path";

/** Folders that hold no work of the folder's people. */
const SKIPPED_FOLDERS = new Set([
  "node_modules",
  ".git",
  ".runwire",
  "dist",
  "coverage",
  ".turbo",
  ".venv",
  "__pycache__",
]);

/** At most so many files are looked at. */
const MAX_FILES = 20_000;

/**
 * The files below a folder, as paths relative to it, in the order of their names. Links are not followed, so
 * that the walk ends and stays inside.
 */
export async function* walkFiles(folder: string, signal: AbortSignal): AsyncGenerator<string> {
  const waiting = [folder];
  let count = 0;
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    signal.throwIfAborted();
    const entries = await readEntries(current);
    for (const entry of entries)
      if (entry.isFile()) {
        yield relative(folder, join(current, entry.name));
        if (++count === MAX_FILES) return;
      }
    const folders = entries.filter(
      (entry) => entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name),
    );
    waiting.push(...folders.map((entry) => join(current, entry.name)).reverse());
  }
}

/** The entries of a folder by name; of one that cannot be read, none. */
async function readEntries(folder: string) {
  try {
    const entries = [];
    for await (const entry of await opendir(folder)) entries.push(entry);
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch {
    return [];
  }
}
