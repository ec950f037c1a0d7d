import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** Files by their paths. */
export type Files = { readonly [path: string]: string | Buffer };

/** A folder that holds `files`, and is gone after the test. The path is a real one. */
export function createFolder(files: Files = {}): string {
  const ends: (() => void)[] = [];
  onTestFinished(() => {
    for (const end of ends) end();
  });
  return createLastingFolder(ends, files);
}

/** The same for several tests: what ends it is added to `ends`. */
export function createLastingFolder(ends: (() => unknown)[], files: Files): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "workbench-")));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  writeFiles(folder, files);
  return folder;
}

export function writeFiles(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Makes the folder a git repository, and everything in it one commit. */
export function commitAll(folder: string, subject: string, author = "Ann"): void {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, stdio: "pipe" });
  git("init", "--quiet");
  git("add", "--all");
  const who = ["-c", `user.name=${author}`, "-c", `user.email=${author}@example.org`];
  git(...who, "-c", "commit.gpgsign=false", "commit", "--quiet", "--message", subject);
}
