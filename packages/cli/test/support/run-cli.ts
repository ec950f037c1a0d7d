import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** The built program: what people run. */
const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** A running `runwire`. */
export interface Running {
  readonly child: ChildProcess;
  /** The next line on stdout; rejects when there is none any more. */
  nextLine(): Promise<string>;
  /** What became of it, with everything that it printed. */
  readonly ended: Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `runwire` with arguments; it is killed when the test ends. */
export function startCli(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  if (!existsSync(program))
    throw new Error(`${program} is missing; build first: npx -y pnpm@12 exec turbo run build`);
  return follow(spawn(process.execPath, [program, ...args], { env: { ...process.env, ...env } }));
}

function follow(child: ChildProcessWithoutNullStreams): Running {
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    child,
    async nextLine() {
      const { value, done } = await lines.next();
      if (done) throw new Error("there is no further line on stdout");
      return value;
    },
    ended: collect(child),
  };
}

/** Runs `runwire` to its end. */
export function runCli(...args: string[]): Promise<Ended> {
  return startCli(args).ended;
}

/** Starts `runwire serve --port 0` and waits until it listens. */
export async function startServe(
  ...args: string[]
): Promise<Running & { readonly url: string; readonly port: number }> {
  return waitUntilListening(startCli(["serve", "--port", "0", ...args]));
}

/** The same, in a process that may open only so many files and sockets. */
export async function startServeWith(limits: { readonly descriptors: number }, ...args: string[]) {
  const shell = `ulimit -n ${limits.descriptors} && exec "$0" "$@"`;
  const command = [process.execPath, program, "serve", "--port", "0", ...args];
  return waitUntilListening(follow(spawn("sh", ["-c", shell, ...command])));
}

async function waitUntilListening(running: Running) {
  const line = await running.nextLine();
  const url = line.replace(/^listening /, "");
  return { ...running, url, port: Number(new URL(url).port) };
}

/** A file with this content in a folder of its own, removed when the test ends. */
export async function temporaryFile(name: string, content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "runwire-cli-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

function collect(child: ChildProcess): Promise<Ended> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (data: Buffer) => {
    stdout += data;
  });
  child.stderr?.on("data", (data: Buffer) => {
    stderr += data;
  });
  return new Promise((resolve) => {
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}
