import { execFile } from "node:child_process";
import type { Tool } from "./tool.ts";

export interface Commit {
  readonly hash: string;
  readonly author: string;
  readonly date: Date;
  readonly subject: string;
}

export interface GitLogInput {
  readonly maxCommits: number;
  /** Only commits that touched this path. */
  readonly path?: string;
}

const SEPARATOR = "\u001f";
const MAX_OUTPUT_BYTES = 1024 * 1024;

/** The latest commits that touched the folder. Fails where it is in no repository. */
export const gitLog: Tool<GitLogInput, readonly Commit[]> = {
  name: "git_log",
  timeLimitMs: 10_000,
  async run({ maxCommits, path }, { folder, signal }) {
    const format = `--format=%h${SEPARATOR}%an${SEPARATOR}%aI${SEPARATOR}%s`;
    const where = ["--", path ?? "."];
    const text = await git(folder, ["log", `-n${maxCommits}`, format, ...where], signal);
    return text.split("\n").filter(Boolean).map(toCommit);
  },
};

function toCommit(line: string): Commit {
  const [hash = "", author = "", date = "", subject = ""] = line.split(SEPARATOR);
  return { hash, author, date: new Date(date), subject };
}

/** What a repository's own settings could have git run, or fetch, is off. */
const SETTINGS = ["core.fsmonitor=false", "core.pager=cat", "log.showSignature=false"];
const ENVIRONMENT = { GIT_NO_LAZY_FETCH: "1", GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0" };

/** Runs git without a shell. A path is a path: no pattern of git's own. */
function git(folder: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const settings = ["--literal-pathspecs", ...SETTINGS.flatMap((setting) => ["-c", setting])];
  const options = {
    cwd: folder,
    signal,
    maxBuffer: MAX_OUTPUT_BYTES,
    encoding: "utf8",
    env: { ...process.env, ...ENVIRONMENT },
  } as const;
  return new Promise((resolve, reject) => {
    execFile("git", [...settings, ...args], options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      if (error.name === "AbortError") return reject(error);
      reject(
        new Error(`git log: ${stderr.trim().split("\n")[0] || error.message}`, { cause: error }),
      );
    });
  });
}
