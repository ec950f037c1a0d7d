import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Hit {
  readonly file: string;
  readonly line: number;
}

/** The lines under `folder` that hold `pattern`; tells after each file how far it is, 0 to 1. */
export async function grep(
  { folder, pattern }: { readonly folder: string; readonly pattern: string },
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<Hit[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).sort(byName);
  const hits: Hit[] = [];
  for (const [index, { parentPath, name }] of files.entries()) {
    const text = await readFile(join(parentPath, name), { encoding: "utf8", signal });
    for (const [row, line] of text.split("\n").entries())
      if (line.includes(pattern)) hits.push({ file: name, line: row + 1 });
    onProgress((index + 1) / files.length);
  }
  return hits;
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : 1;
}
