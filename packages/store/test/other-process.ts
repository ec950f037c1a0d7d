import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A program in a process of its own, which is told and tells line by line. */
export interface OtherProcess {
  readonly child: ChildProcess;
  /** The next line that it writes. */
  nextLine(): Promise<string>;
  tell(line: string): void;
  /** As a power cut would, but for the operating system's memory. */
  kill(): Promise<void>;
}

/** Arguments for Node, so that it runs this repository's sources. */
export const sources = [
  "--conditions=@runwire/source",
  `--import=${new URL("run-sources.mjs", import.meta.url).href}`,
];
const store = new URL("../src/sqlite.ts", import.meta.url).href;

/**
 * Runs JavaScript that has `DatabaseSync` and `createSqliteStore` at hand, and the arguments as `args`. `through`: a
 * command that runs the one that follows it.
 */
export function startProcess(
  script: string,
  args: readonly string[],
  through: readonly string[] = [],
): OtherProcess {
  const source = `
    import { DatabaseSync } from "node:sqlite";
    import { createSqliteStore } from ${JSON.stringify(store)};
    const args = process.argv.slice(1);
    ${script}
  `;
  const [command = process.execPath, ...rest] = [
    ...through,
    ...[process.execPath, ...sources, "--input-type=module", "-e", source, ...args],
  ];
  const child = spawn(command, rest, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    async nextLine() {
      const { value, done } = await lines.next();
      if (done === true) throw new Error("the process ended and said nothing more");
      return value;
    },
    tell: (line) => void child.stdin.write(`${line}\n`),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}
