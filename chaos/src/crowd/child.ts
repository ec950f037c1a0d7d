import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { basename } from "node:path";
import type { Answer, Desk } from "./desk.ts";

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A process of a measurement, and what it can be asked. Disposing kills it. */
export class Child<Asked extends Desk> implements AsyncDisposable {
  readonly pid: number;
  readonly #file: string;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  constructor(file: string, child: ChildProcess) {
    if (child.pid === undefined) throw new Error(`${file} could not be started`);
    this.pid = child.pid;
    this.#file = file;
    this.#process = child;
    child.on("message", (message: Answer) => this.#settle(message));
    child.on("exit", (code, signal) => this.#fail(`ended with ${code ?? signal}`));
  }

  /** Rejects with what the other process threw, or when it ends first. */
  ask<Name extends keyof Asked & string>(
    name: Name,
    ...[argument]: Parameters<Asked[Name]>
  ): Promise<Awaited<ReturnType<Asked[Name]>>> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, {
        // `serveParent` sends what the function of that name returned.
        resolve: (answer) => resolve(answer as Awaited<ReturnType<Asked[Name]>>),
        reject,
      });
      this.#process.send({ id, name, argument }, (error) => error && this.#fail(error.message));
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  async ended(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    await once(this.#process, "exit");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.ended();
  }

  #settle(message: Answer): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ("error" in message) waiting?.reject(new Error(`${this.#file}: ${message.error}`));
    else waiting?.resolve(message.answer);
  }

  #fail(why: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new Error(`${this.#file} ${why}`));
  }
}

/** Starts a program, and waits until it is ready: every desk has `ready`. */
export async function startChild<Asked extends Desk & { readonly ready: () => unknown }>(
  program: URL,
  given: unknown,
  execArgv: readonly string[] = [],
): Promise<Child<Asked>> {
  const file = basename(program.pathname);
  const child = fork(program, [JSON.stringify(given)], {
    execArgv: [...execArgv],
    serialization: "advanced",
  });
  const started = new Child<Asked>(file, child);
  await (started as Child<{ readonly ready: () => unknown }>).ask("ready");
  return started;
}
