import { readText } from "../files/read-text.ts";
import { walkFiles } from "../files/walk-files.ts";
import { type ExpectedFiles, toFraction } from "./expected-files.ts";
import type { Tool } from "./tool.ts";

export interface SearchInput extends ExpectedFiles {
  /** Looked for as it is, whatever its case. */
  readonly text: string;
}

export interface Hit {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

export interface SearchResult {
  readonly hits: readonly Hit[];
  readonly filesSearched: number;
  /** Files that are no text, or could not be read. */
  readonly filesSkipped: number;
  /** Whether the search ended at {@link MAX_HITS}. */
  readonly isCut: boolean;
}

export const MAX_HITS = 200;
const MAX_LINE_LENGTH = 200;
/** Hits of one file that are told while the search goes on. */
const TOLD_AT_ONCE = 3;

/** Looks for a text in files, and tells of hits as they are found. */
export const searchText: Tool<SearchInput, SearchResult> = {
  name: "search_text",
  timeLimitMs: 30_000,
  async run(input, { folder, signal, progress }) {
    const hits: Hit[] = [];
    let filesSearched = 0;
    let filesSkipped = 0;
    for await (const path of walkFiles(folder, signal)) {
      const content = await readText(folder, path).catch(() => undefined);
      if (content === undefined) filesSkipped++;
      else filesSearched++;
      const found = content === undefined ? [] : findLines(path, content, input.text.toLowerCase());
      hits.push(...found.slice(0, MAX_HITS - hits.length));
      const seen = filesSearched + filesSkipped;
      if (found.length > 0 || seen % 50 === 1)
        progress({
          fraction: toFraction(seen, input),
          message: `${hits.length} hits in ${seen} files`,
          ...(found.length > 0 && {
            outputDelta: found.slice(0, TOLD_AT_ONCE).map(toLine).join(""),
          }),
        });
      if (hits.length === MAX_HITS) break;
    }
    return { hits, filesSearched, filesSkipped, isCut: hits.length === MAX_HITS };
  },
};

function findLines(path: string, content: string, text: string): Hit[] {
  return content
    .split("\n")
    .flatMap((line, index) =>
      line.toLowerCase().includes(text)
        ? [{ path, line: index + 1, text: line.trim().slice(0, MAX_LINE_LENGTH) }]
        : [],
    );
}

function toLine({ path, line, text }: Hit): string {
  return `${path}:${line}  ${text}\n`;
}
