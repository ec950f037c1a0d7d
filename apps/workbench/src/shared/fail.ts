/** A problem of the person at the terminal; its message is a sentence for them. */
export class UserProblem extends Error {}

/** The exit code that means: starting again would not help. */
export const EXIT_MISUSE = 2;

/** Says what is wrong in one sentence and ends the process. */
export function exitWith(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof UserProblem ? EXIT_MISUSE : 1);
}

/** Ends this process when its parent is gone, so that a parent that was killed leaves nothing behind. */
export function endWithParent(): void {
  if (process.send) process.once("disconnect", () => process.exit(0));
}
