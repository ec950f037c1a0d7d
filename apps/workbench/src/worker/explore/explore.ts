import type { RunWriter } from "@runwire/agent";
import type { AskedQuestion } from "../../shared/question.ts";
import { fileFacts } from "../tools/file-facts.ts";
import { gitLog } from "../tools/git-log.ts";
import { type FileList, listFiles } from "../tools/list-files.ts";
import { readFile } from "../tools/read-file.ts";
import { type Hit, searchText } from "../tools/search-text.ts";
import { writeAnswer } from "./answer.ts";
import type { Finding } from "./finding.ts";
import { type Intent, readIntent } from "./read-intent.ts";
import { createSteps, type Steps } from "./steps.ts";
import { delegateSurvey } from "./survey.ts";

/** How many of the files with most hits are read. */
const FILES_TO_READ = 3;
const LINES_AROUND = 12;
const LINES_OF_NAMED_FILE = 40;
const COMMITS = 10;

/** What the run ends with, for programs. */
export interface Exploration {
  readonly filesSeen: number;
  readonly hits: number;
  readonly finishedAt: Date;
}

/**
 * Answers a question about a folder: list, look, search, read, ask git, measure, answer. Every step is taken
 * by rules from the question and from what the steps before it found.
 *
 * @throws Error when the folder cannot even be listed
 */
export async function explore(run: RunWriter, asked: AskedQuestion): Promise<Exploration> {
  const steps = createSteps(run, asked.folder);
  const intent = readIntent(asked.question);
  run.think(describePlan(intent, asked.folder));

  const listed = await steps.call("list", listFiles, {});
  if (!listed.ok) throw new Error(`the folder could not be listed: ${listed.problem}`);
  const files = listed.output;
  run.think(`There are ${files.count} files here. `);

  const findings: Finding[] = [];
  const facts = await steps.call("facts", fileFacts, { expectedFiles: files.count });
  if (facts.ok) findings.push({ type: "facts", intent, files, facts: facts.output });
  const named = await readNamed(steps, intent);
  // The surveyor counts and measures while this agent searches.
  const [survey, hits] = await Promise.all([
    delegateSurvey(steps, asked, files, intent),
    search(run, steps, intent, files, findings),
  ]);
  if (survey.ok) findings.push({ type: "survey", survey: survey.output });
  await readHits(run, steps, hits);
  await askHistory(steps, intent, hits, findings);

  await writeAnswer(run, intent, [...named, ...findings]);
  return { filesSeen: files.count, hits: hits.length, finishedAt: new Date() };
}

function describePlan(intent: Intent, folder: string): string {
  const words = intent.keywords.map((word) => `“${word}”`).join(", ");
  const paths = intent.paths.length > 0 ? `I read ${intent.paths.join(", ")}. ` : "";
  const also = [
    intent.wantsCounts && "count",
    intent.wantsSizes && "compare sizes",
    intent.wantsHistory && "ask the history",
  ].filter(Boolean);
  return (
    `The question is about ${folder}. I list the files and look at their sizes and ages. ${paths}` +
    (words
      ? `Then I look for ${words} and read where they stand most. `
      : "It names nothing to look for. ") +
    (also.length > 0 ? `It also wants me to ${also.join(", ")}. ` : "")
  );
}

async function search(
  run: RunWriter,
  steps: Steps,
  intent: Intent,
  files: FileList,
  findings: Finding[],
): Promise<readonly Hit[]> {
  const all: Hit[] = [];
  for (const [index, keyword] of intent.keywords.entries()) {
    const input = { text: keyword, expectedFiles: files.count };
    const result = await steps.call(`search-${index + 1}`, searchText, input);
    if (!result.ok) {
      run.think(`The search for “${keyword}” failed: ${result.problem}. `);
      continue;
    }
    all.push(...result.output.hits);
    findings.push({ type: "search", keyword, result: result.output });
    run.think(`“${keyword}” stands in ${result.output.hits.length} lines. `);
  }
  return all;
}

/** Reads the beginning of the files that the question names. */
async function readNamed(steps: Steps, intent: Intent): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [index, path] of intent.paths.entries()) {
    const input = { path, fromLine: 1, lineCount: LINES_OF_NAMED_FILE };
    const result = await steps.call(`named-${index + 1}`, readFile, input);
    findings.push({ type: "named-file", path, result });
  }
  return findings;
}

/** Reads around the first hit of the files that have most of them. */
async function readHits(run: RunWriter, steps: Steps, hits: readonly Hit[]): Promise<void> {
  for (const [index, { path, line }] of mostHit(hits).entries()) {
    const fromLine = Math.max(1, line - LINES_AROUND);
    const input = { path, fromLine, lineCount: 2 * LINES_AROUND };
    const result = await steps.call(`read-${index + 1}`, readFile, input);
    if (result.ok)
      run.think(`I have read ${path} from line ${fromLine}, of ${result.output.totalLines}. `);
  }
}

/** The first hit of each of the files with most hits. */
function mostHit(hits: readonly Hit[]): readonly Hit[] {
  const byPath = Map.groupBy(hits, (hit) => hit.path);
  return [...byPath.values()]
    .sort((one, other) => other.length - one.length)
    .slice(0, FILES_TO_READ)
    .flatMap(([first]) => first ?? []);
}

async function askHistory(
  steps: Steps,
  intent: Intent,
  hits: readonly Hit[],
  findings: Finding[],
): Promise<void> {
  const recent = await steps.call("git", gitLog, { maxCommits: COMMITS });
  findings.push(
    recent.ok
      ? { type: "history", intent, commits: recent.output }
      : { type: "no-history", problem: recent.problem },
  );
  const [best] = mostHit(hits);
  if (!recent.ok || !best || !intent.wantsHistory) return;
  const ofFile = await steps.call("git-file", gitLog, { maxCommits: 3, path: best.path });
  if (ofFile.ok) findings.push({ type: "file-history", path: best.path, commits: ofFile.output });
}
