import { extname } from "node:path";
import { readText } from "../files/read-text.ts";
import { walkFiles } from "../files/walk-files.ts";
import { type ExpectedFiles, toFraction } from "./expected-files.ts";
import type { Tool } from "./tool.ts";

export interface LineCounts {
  readonly totalLines: number;
  readonly byExtension: ReadonlyMap<string, number>;
  /** The file with most lines; absent where there is no text file. */
  readonly longest?: { readonly path: string; readonly lines: number };
}

/** Counts the lines of text files. */
export const countLines: Tool<ExpectedFiles, LineCounts> = {
  name: "count_lines",
  timeLimitMs: 30_000,
  async run(input, { folder, signal, progress }) {
    const byExtension = new Map<string, number>();
    let longest: LineCounts["longest"];
    let totalLines = 0;
    let seen = 0;
    for await (const path of walkFiles(folder, signal)) {
      const lines = await countFile(folder, path);
      totalLines += lines;
      if (lines > 0) byExtension.set(extname(path), (byExtension.get(extname(path)) ?? 0) + lines);
      if (lines > (longest?.lines ?? 0)) longest = { path, lines };
      if (seen++ % 100 === 0)
        progress({ fraction: toFraction(seen, input), message: `${totalLines} lines` });
    }
    return { totalLines, byExtension, ...(longest && { longest }) };
  },
};

/** A last line without an end counts too; what is no text, or cannot be read, has none. */
async function countFile(folder: string, path: string): Promise<number> {
  const text = await readText(folder, path).catch(() => "");
  if (text === "") return 0;
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}
