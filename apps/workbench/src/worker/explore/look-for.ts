import type { FileList } from "../tools/list-files.ts";
import { readFile } from "../tools/read-file.ts";
import { type Hit, searchText } from "../tools/search-text.ts";
import type { Exploration } from "./exploration.ts";
import type { Finding } from "./finding.ts";
import { toCount } from "./to-count.ts";

/** How many of the files with most hits are read. */
const FILES_TO_READ = 3;
const LINES_AROUND = 12;
const LINES_OF_NAMED_FILE = 40;

type SearchFinding = Extract<Finding, { readonly type: "search" }>;

/** Looks for each keyword, one after the other. */
export async function search(
  { intent, steps, narrator }: Exploration,
  files: FileList,
): Promise<readonly SearchFinding[]> {
  const findings: SearchFinding[] = [];
  for (const [index, keyword] of intent.keywords.entries()) {
    const key = `search-${index + 1}`;
    const input = { text: keyword, expectedFiles: files.count };
    const found = await steps.call(key, searchText, input);
    if (found.ok) findings.push({ type: "search", keyword, result: found.output });
    const saw = found.ok
      ? `“${keyword}” stands in ${toCount(found.output.hits.length, "line")}.`
      : `The search for “${keyword}” failed: ${found.problem}.`;
    narrator.think(key, saw);
  }
  return findings;
}

/** Reads the beginning of the files that the question names. */
export async function readNamed({ intent, steps }: Exploration): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [index, path] of intent.paths.entries()) {
    const input = { path, fromLine: 1, lineCount: LINES_OF_NAMED_FILE };
    const result = await steps.call(`named-${index + 1}`, readFile, input);
    findings.push({ type: "named-file", path, result });
  }
  return findings;
}

/** Reads around the first hit of the files that have most of them. */
export async function readHits(
  { steps, narrator }: Exploration,
  hits: readonly Hit[],
): Promise<void> {
  for (const [index, { path, line }] of mostHit(hits).entries()) {
    const key = `read-${index + 1}`;
    const fromLine = Math.max(1, line - LINES_AROUND);
    const read = await steps.call(key, readFile, { path, fromLine, lineCount: 2 * LINES_AROUND });
    if (!read.ok) continue; // its card says why
    narrator.think(key, `I have read ${path} from line ${fromLine}, of ${read.output.totalLines}.`);
  }
}

/** The first hit of each of the files with most hits. */
export function mostHit(hits: readonly Hit[]): readonly Hit[] {
  const byPath = Map.groupBy(hits, (hit) => hit.path);
  return [...byPath.values()]
    .sort((one, other) => other.length - one.length)
    .slice(0, FILES_TO_READ)
    .flatMap(([first]) => first ?? []);
}
