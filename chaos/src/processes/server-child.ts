import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { toProgram } from "./run-script.ts";

/** How to start one. */
export interface ServerChildOptions {
  readonly file: string;
  /** No file may grow beyond this, KiB. */
  readonly maxFileKib?: number;
}

/** `runwire serve` over a file, which is killed, stopped and started again, always on the same port. */
export class ServerChild {
  readonly #options: ServerChildOptions;
  #child: ChildProcess | undefined;
  #port = 0;

  constructor(options: ServerChildOptions) {
    this.#options = options;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}/runwire`;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const { file, maxFileKib } = this.#options;
    const flags = ["serve", "--access", "open", "--port", `${this.#port}`];
    const args = [...toProgram(), ...flags, "--store", `sqlite:${file}`, "--drain-timeout", "2000"];
    const limited = `ulimit -S -f ${maxFileKib} && exec "$0" "$@"`;
    // Bash counts in KiB, other shells in other blocks.
    const child =
      maxFileKib === undefined
        ? spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] })
        : spawn("bash", ["-c", limited, process.execPath, ...args], {
            stdio: ["ignore", "pipe", "ignore"],
          });
    this.#child = child;
    const [line] = await once(createInterface(child.stdout), "line");
    this.#port = Number(new URL(String(line).replace("listening ", "")).port);
  }

  /** Resolves to its exit code when it has ended; null where a signal ended it. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return null;
    const ended = once(child, "exit");
    child.kill(signal);
    const [code] = await ended;
    return code;
  }

  /** Stands still from now on, or goes on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child?.kill(signal);
  }
}
