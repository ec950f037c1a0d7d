import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readTitles } from "./requirements.ts";

/** One fault of `docs/failure-model.md`. */
export interface FaultRow {
  /** `S1`, `N15`, `R3`. */
  readonly id: string;
  readonly tests: readonly NamedTest[];
  /** What is missing, where something is. */
  readonly open: string | undefined;
}

/** A test that the page names. */
export interface NamedTest {
  /** From the root of the repository. */
  readonly file: string;
  readonly title: string;
}

/** Reads every row that begins with an id; the last cell names the tests. */
export function readFaults(text: string): FaultRow[] {
  return text.split("\n").flatMap((line) => {
    const [, id = "", ...cells] = line.split("|").map((cell) => cell.trim());
    if (!/^[A-Z]\d+$/.test(id)) return [];
    const last = cells.at(-2) ?? ""; // after it comes what follows the last bar: nothing
    return [{ id, tests: readNamedTests(last), open: /open: (.+)$/.exec(last)?.[1] }];
  });
}

/** Reads `[file](../path) “title”`, as often as a cell has it. */
export function readNamedTests(cell: string): NamedTest[] {
  const named = cell.matchAll(/\[[^\]]+\]\(\.\.\/([^)]+)\) “([^”]+)”/g);
  return [...named].map(([, file = "", title = ""]) => ({
    file,
    title: title.replaceAll(/\\([*<])/g, "$1"), // what Markdown would take for its own
  }));
}

/** The named tests that there are not. */
export function findMissing(tests: readonly NamedTest[], repository: string): NamedTest[] {
  return tests.filter(({ file, title }) => {
    const path = join(repository, file);
    return !existsSync(path) || !readTitles(readFileSync(path, "utf8")).includes(title);
  });
}
