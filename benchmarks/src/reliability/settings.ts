import { parseArgs } from "node:util";

/** What the command line says. */
export interface Settings {
  /** @default as many as the goal says */
  readonly clients: number | undefined;
  /** How long the soak lasts. @default 60 */
  readonly minutes: number;
  /** How often a program measures. @default its own */
  readonly rounds: number | undefined;
}

/** @throws TypeError for an option that there is not */
export function readSettings(args: readonly string[]): {
  readonly names: readonly string[];
  readonly settings: Settings;
} {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      clients: { type: "string" },
      minutes: { type: "string" },
      rounds: { type: "string" },
    },
  });
  const settings = {
    clients: toNumber(values.clients),
    minutes: toNumber(values.minutes) ?? 60,
    rounds: toNumber(values.rounds),
  };
  return { names: positionals, settings };
}

function toNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
