import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A process of the example, as a person starts it: Node runs the file, on the built packages. */
export interface ExampleProcess extends AsyncDisposable {
  /** The first line that it prints; rejects with what it says when it ends before. */
  firstLine(): Promise<string>;
  /** Its exit code, or the signal that ended it, with what it said on stderr. */
  readonly ended: Promise<{ readonly code: number | string; readonly complaint: string }>;
  kill(signal: NodeJS.Signals): void;
}

export function startProcess(file: string, ...args: readonly string[]): ExampleProcess {
  const path = fileURLToPath(new URL(`../src/${file}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], {
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  let complaint = "";
  child.stderr.on("data", (chunk) => {
    complaint += chunk;
  });
  const ended = once(child, "close").then(([code, signal]) => ({
    code: code ?? signal,
    complaint,
  }));
  return {
    firstLine: () => Promise.race([firstLineOf(child), ended.then(failEarly)]),
    ended,
    kill: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function firstLineOf({ stdout }: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of stdout ?? []) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  return text.trim();
}

function failEarly({ complaint }: { readonly complaint: string }): never {
  throw new Error(
    `the process ended before it said anything (are the packages built?): ${complaint}`,
  );
}
