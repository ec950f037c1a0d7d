import { gitLog } from "../tools/git-log.ts";
import type { Hit } from "../tools/search-text.ts";
import type { Exploration } from "./exploration.ts";
import type { Finding } from "./finding.ts";
import { mostHit } from "./look-for.ts";

const COMMITS = 10;
const COMMITS_OF_A_FILE = 3;

/** Asks git about the folder and, where the question is about the past, about the file with most hits. */
export async function askHistory(
  { intent, steps }: Exploration,
  hits: readonly Hit[],
): Promise<readonly Finding[]> {
  const recent = await steps.call("git", gitLog, { maxCommits: COMMITS });
  if (!recent.ok) return [{ type: "no-history", problem: recent.problem }];
  const history: Finding = { type: "history", intent, commits: recent.output };
  const path = mostHit(hits)[0]?.path;
  if (path === undefined || !intent.wantsHistory) return [history];
  const input = { maxCommits: COMMITS_OF_A_FILE, path };
  const ofFile = await steps.call("git-file", gitLog, input);
  return ofFile.ok ? [history, { type: "file-history", path, commits: ofFile.output }] : [history];
}
