import type { LineCounts } from "../tools/count-lines.ts";
import type { FileFacts } from "../tools/file-facts.ts";
import type { Commit } from "../tools/git-log.ts";
import type { FileList } from "../tools/list-files.ts";
import type { ReadingSpeed } from "../tools/measure-reading.ts";
import type { ReadResult } from "../tools/read-file.ts";
import type { SearchResult } from "../tools/search-text.ts";
import type { Finding } from "./finding.ts";
import type { Intent } from "./read-intent.ts";
import type { StepResult } from "./steps.ts";
import type { Survey } from "./survey.ts";
import { toCount } from "./to-count.ts";

/** Hits of one word that the answer quotes. */
const QUOTED_HITS = 6;
/** Lines of a named file that the answer quotes. */
const QUOTED_LINES = 12;
const NAMED_EXTENSIONS = 5;

/** What a finding says, in a paragraph. */
export function tell(finding: Finding): string {
  switch (finding.type) {
    case "search":
      return tellSearch(finding.keyword, finding.result);
    case "facts":
      return tellFacts(finding.intent, finding.files, finding.facts);
    case "survey":
      return tellSurvey(finding.survey);
    case "named-file":
      return tellNamed(finding.path, finding.result);
    case "history":
      return tellHistory(finding.intent, finding.commits);
    case "no-history":
      return `There is no history to ask: ${finding.problem}.`;
    case "file-history":
      return `${finding.path} was last changed by:\n${finding.commits.map(toCommitLine).join("\n")}`;
  }
}

function tellSearch(keyword: string, { hits, filesSearched, isCut }: SearchResult): string {
  if (hits.length === 0) return `“${keyword}” stands in none of ${toCount(filesSearched, "file")}.`;
  const paths = new Set(hits.map((hit) => hit.path));
  const quoted = hits.slice(0, QUOTED_HITS).map((hit) => `  ${hit.path}:${hit.line}  ${hit.text}`);
  const count = `${isCut ? "at least " : ""}${toCount(hits.length, "line")} of ${toCount(paths.size, "file")}`;
  return `“${keyword}” stands in ${count}, first here:\n${quoted.join("\n")}`;
}

function tellFacts(intent: Intent, files: FileList, facts: FileFacts): string {
  if (files.count === 0) return "The folder holds no files.";
  const extensions = [...files.extensions]
    .slice(0, NAMED_EXTENSIONS)
    .map(([extension, count]) => `${count} ${extension || "without extension"}`);
  const sentences = [
    `The folder holds ${toCount(files.count, "file")} (${extensions.join(", ")}), ${formatBytes(facts.totalBytes)} in all.`,
  ];
  const [largest] = facts.largest;
  const [newest] = facts.newest;
  if (largest) sentences.push(`The largest is ${largest.path} (${formatBytes(largest.bytes)}).`);
  if (newest)
    sentences.push(`The latest change is of ${newest.path}, ${formatDate(newest.changedAt)}.`);
  const list = facts.largest.map((fact) => `  ${formatBytes(fact.bytes)}  ${fact.path}`);
  return intent.wantsSizes ? `${sentences.join(" ")}\n${list.join("\n")}` : sentences.join(" ");
}

function tellNamed(path: string, result: StepResult<ReadResult>): string {
  if (!result.ok) return `${path} could not be read: ${result.problem}.`;
  const { text, totalLines } = result.output;
  const lines = text.split("\n").slice(0, QUOTED_LINES);
  return `${path} has ${toCount(totalLines, "line")} and begins so:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

function tellSurvey({ lines, reading }: Survey): string {
  const counted = lines.ok ? tellLines(lines.output) : `Lines were not counted: ${lines.problem}.`;
  const measured = reading.ok
    ? tellReading(reading.output)
    : `Reading was not measured: ${reading.problem}.`;
  return `${counted} ${measured}`;
}

function tellLines({ totalLines, longest }: LineCounts): string {
  if (!longest) return "There is no text file.";
  const most = `the longest is ${longest.path} with ${longest.lines.toLocaleString("en")}`;
  return `The text files have ${toCount(totalLines, "line")}; ${most}.`;
}

function tellReading({ readings, medianMs, megabytesPerSecond }: ReadingSpeed): string {
  if (readings === 0) return "There was nothing whose reading could be measured.";
  const speed = `${medianMs.toFixed(2)} ms in the middle, ${megabytesPerSecond.toFixed(0)} MB/s`;
  return `Reading was measured ${toCount(readings, "time")}: ${speed}.`;
}

function tellHistory(intent: Intent, commits: readonly Commit[]): string {
  const [latest] = commits;
  if (!latest) return "The repository has no commit that touches this folder.";
  const authors = new Set(commits.map((commit) => commit.author));
  const sentence = `The latest commit is ${latest.hash} by ${latest.author}, ${formatDate(latest.date)}: ${latest.subject}.`;
  if (!intent.wantsHistory) return sentence;
  return `${sentence} The last ${commits.length} are by ${[...authors].join(", ")}:\n${commits.map(toCommitLine).join("\n")}`;
}

function toCommitLine({ hash, author, date, subject }: Commit): string {
  return `  ${hash}  ${formatDate(date)}  ${author}: ${subject}`;
}

function formatDate(date: Date): string {
  return date.toISOString().slice(0, 16).replace("T", " ");
}

function formatBytes(bytes: bigint): string {
  const number = Number(bytes);
  if (number < 1024) return `${number} B`;
  return number < 1024 ** 2
    ? `${(number / 1024).toFixed(1)} KiB`
    : `${(number / 1024 ** 2).toFixed(1)} MiB`;
}
