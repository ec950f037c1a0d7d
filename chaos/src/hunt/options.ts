import { parseArgs } from "node:util";

/** What `pnpm chaos` was told. */
export interface ChaosOptions {
  readonly minutes: number;
  readonly tiers: readonly ("A" | "B" | "C")[];
  readonly seed?: number;
  readonly path?: string;
  readonly kills?: number;
  readonly exits?: number;
  readonly storm?: number;
}

/** What says how much of one thing tier C does. */
export const countOptions = ["kills", "exits", "storm"] as const;

export const usage = `pnpm chaos [--minutes N] [--tier A|B|C] [--seed S [--path P]] [--kills N] [--exits N]
           [--storm CLIENTS]

Plays chaos/regressions.json, then schedules of faults for N minutes (5): A in one process on a clock that stands
still, B on real sockets and a real file, C on processes that are killed. --kills and --exits say how often tier C
kills a server (20) and ends a worker (20), --storm how many clients it cuts at once (1000); given alone, they are all
that is done.`;

/** @throws when something is no option, or no number */
export function readOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: "string", default: "5" },
      tier: { type: "string", multiple: true },
      seed: { type: "string" },
      path: { type: "string" },
      kills: { type: "string" },
      exits: { type: "string" },
      storm: { type: "string" },
    },
  });
  const { tier, seed, path } = values;
  const given = countOptions.filter((name) => values[name] !== undefined);
  const counts = given.map((name) => [name, toNumber(name, values[name] ?? "")]);
  const isCountOnly = !tier && counts.length > 0;
  return {
    minutes: toNumber("minutes", values.minutes),
    tiers: isCountOnly ? ["C"] : (tier?.map(toTier) ?? ["A", "B", "C"]),
    ...(seed !== undefined && { seed: toNumber("seed", seed) }),
    ...(path !== undefined && { path }),
    ...Object.fromEntries(counts),
  };
}

function toTier(name: string): "A" | "B" | "C" {
  if (name === "A" || name === "B" || name === "C") return name;
  throw new Error(`--tier ${name}: there are A, B and C`);
}

function toNumber(name: string, text: string): number {
  const number = Number(text);
  if (text === "" || !Number.isFinite(number)) throw new Error(`--${name} ${text}: give a number`);
  return number;
}
