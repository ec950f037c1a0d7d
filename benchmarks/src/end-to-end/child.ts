import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A process of the benchmark, and the one message that it sends. */
export interface Child<Message> extends AsyncDisposable {
  readonly message: Promise<Message>;
}

/** Starts a file beside this one; disposing ends the process and waits for that. */
export function startChild<Message>(file: string, args: readonly string[]): Child<Message> {
  const child = fork(new URL(file, import.meta.url), args);
  const message = firstMessage<Message>(child, file);
  // Whoever is interested awaits it; nobody is when another part failed before.
  message.catch(() => {});
  return { message, [Symbol.asyncDispose]: () => end(child) };
}

function firstMessage<Message>(child: ChildProcess, file: string): Promise<Message> {
  return new Promise((resolve, reject) => {
    // Each file says in its head what it sends.
    child.once("message", (message) => resolve(message as Message));
    child.once("exit", (code) => reject(new Error(`${file} ended with ${code}, and said nothing`)));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, "exit");
}
