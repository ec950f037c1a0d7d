import { type ChildProcess, fork } from "node:child_process";
import { EXIT_MISUSE } from "../shared/fail.ts";

/** A child that is started again whenever it dies. */
export interface Supervised {
  /** Sends `SIGTERM` and resolves once it has ended; a child that is still there after 10 s is killed. */
  stop(): Promise<void>;
}

export interface SuperviseOptions {
  readonly file: string;
  readonly env: () => NodeJS.ProcessEnv;
  readonly onMessage?: (message: unknown) => void;
  /** The child said that starting again would not help; it has written why. */
  readonly onMisuse: () => void;
}

const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 5_000;
/** A child that lived this long was well; its next end starts the delays anew. */
const GOOD_LIFE_MS = 10_000;
const KILL_AFTER_MS = 10_000;

/** Starts `file` as a child process, and again whenever it ends, until it is stopped. */
export function supervise(options: SuperviseOptions): Supervised {
  let child: ChildProcess;
  let timer: NodeJS.Timeout | undefined;
  let delayMs = FIRST_DELAY_MS;
  let isStopping = false;

  const start = () => {
    const startedAt = performance.now();
    child = fork(options.file, { env: options.env(), execArgv: [] });
    if (options.onMessage) child.on("message", options.onMessage);
    child.once("exit", (code) => {
      if (isStopping) return;
      if (code === EXIT_MISUSE) return options.onMisuse();
      if (performance.now() - startedAt >= GOOD_LIFE_MS) delayMs = FIRST_DELAY_MS;
      timer = setTimeout(start, delayMs);
      delayMs = Math.min(delayMs * 2, MAX_DELAY_MS);
    });
  };
  start();
  return {
    stop() {
      isStopping = true;
      clearTimeout(timer);
      return end(child);
    },
  };
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill("SIGTERM");
  });
}
