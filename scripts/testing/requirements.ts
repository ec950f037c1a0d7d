import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What `PROTOCOL.md` says, as far as a test can read it. */
export interface ProtocolText {
  /** The ids of all requirements, in the order of the text. */
  readonly ids: readonly string[];
  /** The ids under *Not yet served*: they need no test yet. */
  readonly notServed: readonly string[];
  /** Ids that the text names anywhere. */
  readonly named: ReadonlySet<string>;
  /** Lines that say MUST and have no id. */
  readonly unnumbered: readonly string[];
}

const ID = /RW-[A-Z]+-\d+/g;

/** Reads the requirements out of the text of `PROTOCOL.md`. */
export function readProtocol(text: string): ProtocolText {
  const lines = text.split("\n");
  return {
    ids: lines.flatMap((line) => /^- \*\*(RW-[A-Z]+-\d+)\*\* /.exec(line)?.[1] ?? []),
    notServed: idsIn(section(text, "### Not yet served")),
    named: new Set(idsIn(text)),
    unnumbered: lines.filter((line) => /\bMUST\b/.test(line) && !/^- \*\*RW-|RFC 2119/.test(line)),
  };
}

function section(text: string, heading: string): string {
  const [, after = ""] = text.split(`${heading}\n`);
  return after.split(/^#/m)[0] ?? "";
}

function idsIn(text: string): string[] {
  return text.match(ID) ?? [];
}

/** The cells of each row of the table that begins with `heading`, without their backticks. */
export function readTable(text: string, heading: string): string[][] {
  const [, after = ""] = text.split(`\n${heading}`);
  const [, , ...lines] = after.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("|"));
  return lines.slice(0, end).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

// A title is the first argument of `test(…)`, or of what `test.each(…)` gave: `)(…)`. A skipped or
// pending test proves nothing, so `test.skip` and `test.todo` do not count.
const TITLE =
  /(?:\b(?:test|it|describe)(?:\.(?:concurrent|sequential))?|\))\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/g;

/** The titles of the tests and groups of one file, as its source writes them. */
export function readTitles(source: string): string[] {
  return [...source.matchAll(TITLE)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** The requirement ids in the titles of the tests of one file. */
export function idsInTitles(source: string): string[] {
  return readTitles(source).flatMap(idsIn);
}

const TEST_FILES = [
  "{packages,apps,examples}/*/test/**/*.test.{ts,tsx}",
  "packages/store/src/testing{.ts,/**/*.ts}",
  "scripts/test/**/*.test.ts",
];

/** Which files of the repository name which requirement in a test's title. */
export function readTestedIds(repository: string): Map<string, string[]> {
  const tested = new Map<string, string[]>();
  for (const file of globSync(TEST_FILES, { cwd: repository })) {
    for (const id of idsInTitles(readFileSync(join(repository, file), "utf8")))
      tested.set(id, [...(tested.get(id) ?? []), file]);
  }
  return tested;
}
