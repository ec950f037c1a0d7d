import { randomBytes } from "node:crypto";
import { isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import { type Supervised, supervise } from "./parent/supervise.ts";
import { EXIT_MISUSE, exitWith, UserProblem } from "./shared/fail.ts";
import {
  isListening,
  serverAddressVariable,
  settingsVariable,
  workerTokenVariable,
} from "./shared/messages.ts";
import { parseSettings, type Settings } from "./shared/settings.ts";

/**
 *   main ──┬─▶ server   runwire over SQLite, and the page
 *          └─▶ worker   the agent; publishes through a client, like a worker on another machine would
 *
 * Whichever dies is started again. What they share is the token that lets the worker publish.
 */
function main(): void {
  // Said here once: the server would die of it again and again.
  if (!isBuiltin("node:sqlite"))
    throw new UserProblem(
      `Node ${process.versions.node} has no SQLite. Start with \`npx -y pnpm@12 start\`, or with Node 22.13 or later.`,
    );
  const settings = parseSettings(
    process.argv.slice(2),
    process.env,
    process.env.INIT_CWD ?? process.cwd(),
  );
  run(settings);
}

function run(settings: Settings): void {
  const token = randomBytes(32).toString("base64url");
  const children: Supervised[] = [];
  let port = settings.port;
  let isRunning = false;
  const stop = async (exitCode: number) => {
    await Promise.all(children.map((child) => child.stop()));
    process.exit(exitCode);
  };
  const env = () => ({
    ...process.env,
    [workerTokenVariable]: token,
    [settingsVariable]: JSON.stringify({ ...settings, port }),
    [serverAddressVariable]: `127.0.0.1:${port}`,
  });
  const onMisuse = () => void stop(EXIT_MISUSE);
  const onMessage = (message: unknown) => {
    if (!isListening(message) || isRunning) return;
    isRunning = true;
    port = message.port; // a server that is started again keeps the address that was printed
    console.log(`runwire workbench: http://127.0.0.1:${port}`);
    children.push(supervise({ file: program("worker"), env, onMisuse }));
  };
  children.push(supervise({ file: program("server"), env, onMessage, onMisuse }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop(0));
}

/** The built program beside this one. */
function program(name: "server" | "worker"): string {
  return fileURLToPath(new URL(`./${name}.js`, import.meta.url));
}

try {
  main();
} catch (error) {
  exitWith(error);
}
