import { readText } from "../files/read-text.ts";
import type { Tool } from "./tool.ts";

export interface ReadInput {
  readonly path: string;
  /** From 1. */
  readonly fromLine: number;
  readonly lineCount: number;
}

export interface ReadResult {
  readonly path: string;
  readonly fromLine: number;
  readonly text: string;
  readonly totalLines: number;
}

const MAX_LINES = 200;

/** Reads a range of lines of a text file. */
export const readFile: Tool<ReadInput, ReadResult> = {
  name: "read_file",
  timeLimitMs: 5_000,
  async run({ path, fromLine, lineCount }, { folder }) {
    const lines = (await readText(folder, path)).split("\n");
    const end = fromLine - 1 + Math.min(lineCount, MAX_LINES);
    const text = lines.slice(fromLine - 1, end).join("\n");
    return { path, fromLine, text, totalLines: lines.length };
  },
};
