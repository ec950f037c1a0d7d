import { extname } from "node:path";
import { walkFiles } from "../files/walk-files.ts";
import type { Tool } from "./tool.ts";

export interface FileList {
  readonly count: number;
  /** How many files have each extension (`.ts`, or "" for none), the commonest first. */
  readonly extensions: ReadonlyMap<string, number>;
  /** The first paths, relative to the folder, at most {@link MAX_PATHS} of them. */
  readonly paths: readonly string[];
}

/** A list is read by a person; the tools after it walk the folder themselves. */
export const MAX_PATHS = 400;

/** Lists what is there. */
export const listFiles: Tool<Record<string, never>, FileList> = {
  name: "list_files",
  timeLimitMs: 20_000,
  async run(_input, { folder, signal, progress }) {
    const paths: string[] = [];
    const extensions = new Map<string, number>();
    let count = 0;
    for await (const path of walkFiles(folder, signal)) {
      count++;
      if (paths.length < MAX_PATHS) paths.push(path);
      extensions.set(extname(path), (extensions.get(extname(path)) ?? 0) + 1);
      if (count % 500 === 0) progress({ message: `${count} files` });
    }
    return { count, extensions: byCount(extensions), paths };
  },
};

function byCount(counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...counts].sort(([, one], [, other]) => other - one));
}
