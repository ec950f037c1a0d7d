import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { UserProblem } from "./fail.ts";

/** What a person can choose when they start the workbench. */
export interface Settings {
  /** 0 takes a free one. */
  readonly port: number;
  /** Where the runs are kept. */
  readonly dataFolder: string;
  /** The folder that the agent looks at when a question names none. */
  readonly defaultFolder: string;
}

const USAGE = "usage: npx -y pnpm@12 start [--port 4000] [--data .runwire] [--folder .]";

/**
 * Reads `--port`, `--data` and `--folder`, else `RUNWIRE_PORT`, `RUNWIRE_DATA` and `RUNWIRE_FOLDER`.
 *
 * @throws UserProblem on anything else, with a sentence that says what is expected
 */
export function parseSettings(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  base: string,
): Settings {
  const { port, data, folder } = parseFlags(args);
  return {
    port: toPort(port ?? environment.RUNWIRE_PORT ?? "4000"),
    dataFolder: resolve(base, data ?? environment.RUNWIRE_DATA ?? ".runwire"),
    defaultFolder: resolve(base, folder ?? environment.RUNWIRE_FOLDER ?? "."),
  };
}

function parseFlags(args: readonly string[]) {
  const text = { type: "string" } as const;
  // `pnpm start -- --port 4001`: pnpm hands the `--` on.
  const flags = args[0] === "--" ? args.slice(1) : [...args];
  try {
    return parseArgs({ args: flags, options: { port: text, data: text, folder: text } }).values;
  } catch (error) {
    throw new UserProblem(`${error instanceof Error ? error.message : error} (${USAGE})`);
  }
}

function toPort(text: string): number {
  const port = Number(text);
  if (text.trim() !== "" && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UserProblem(`The port must be a number from 0 to 65535, not “${text}”.`);
}
