// `pnpm chaos`: looks for schedules of faults in which something goes wrong; see ../README.md.
import { type Failure, type Hunt, hunt } from "./hunt/hunt.ts";
import { type ChaosOptions, countOptions, readOptions, usage } from "./hunt/options.ts";
import { addRegression, playRegression, readRegressions } from "./hunt/regressions.ts";
import { tellFailure } from "./hunt/tell-failure.ts";
import { simulatedTier, socketTier, type Tier } from "./hunt/tiers.ts";
import { scenarios } from "./processes/scenarios.ts";

/** The share of the time that each tier gets of those that are played. */
const shares = { A: 2, B: 2, C: 1 };

let isClean = true;

/** Prints a line, and remembers whether it is a bad one. */
function tell(line: string, isGood = true): void {
  console.log(line);
  isClean &&= isGood;
}

async function playRegressions(): Promise<void> {
  const all = readRegressions();
  for (const regression of all) {
    const { anomalies } = await playRegression(regression);
    const what = anomalies.map(({ name }) => name).join(", ");
    if (what) tell(`regression FAILED: ${regression.about}: ${what}`, false);
  }
  tell(`regressions: ${all.length} played`);
}

/** Until its time is over; a given seed is played once. */
async function huntTier<Schedule>(
  tier: Tier<Schedule>,
  { seed, path }: ChaosOptions,
  limitMs: number,
): Promise<Hunt<Schedule>> {
  const found = await hunt(tier, {
    seed: seed ?? Math.floor(Math.random() * 2 ** 31),
    limitMs,
    ...(path !== undefined && { path, runs: 1 }),
  });
  const { schedules, failure } = found;
  tell(`tier ${tier.name}: ${schedules} schedules, ${failure ? 1 : 0} with anomalies`, !failure);
  if (failure) tell(tellFailure(tier.name, failure), false);
  return found;
}

function toRegression<Schedule>({ play, seed, path, world, schedule }: Failure<Schedule>) {
  const about = play.anomalies.map(({ name, detail }) => `${name}: ${detail}`).join("; ");
  return { about, seed, path, world, schedule };
}

async function playProcesses(options: ChaosOptions): Promise<void> {
  const { seed = 1, kills = 20, exits = 20, storm = 1_000 } = options;
  const amounts = { seed, kills, exits, storm: { clients: storm } };
  const isCountOnly = countOptions.some((name) => options[name] !== undefined);
  for (const [name, { option, play }] of Object.entries(scenarios)) {
    if (isCountOnly && !(option && options[option])) continue;
    const outcome = await play(amounts);
    if ("skipped" in outcome) {
      tell(`tier C: ${name}: SKIPPED, ${outcome.skipped}`);
      continue;
    }
    tell(`tier C: ${name}: ${outcome.figures}`, outcome.anomalies.length === 0);
    for (const { name: what, detail } of outcome.anomalies.slice(0, 20))
      tell(`  ${what}: ${detail}`);
  }
}

async function main(options: ChaosOptions): Promise<void> {
  if (options.path === undefined) await playRegressions();
  const all = options.tiers.reduce((sum, tier) => sum + shares[tier], 0);
  const limitOf = (tier: "A" | "B") => (options.minutes * 60_000 * shares[tier]) / all;
  if (options.tiers.includes("A")) {
    const { failure } = await huntTier(simulatedTier, options, limitOf("A"));
    if (failure && options.path === undefined)
      addRegression({ tier: "A", ...toRegression(failure) });
  }
  if (options.tiers.includes("B")) {
    const { failure } = await huntTier(socketTier, options, limitOf("B"));
    if (failure && options.path === undefined)
      addRegression({ tier: "B", ...toRegression(failure) });
  }
  if (options.tiers.includes("C")) await playProcesses(options);
}

// Left to itself, Node 24 may go round for ever on its way out, waiting for sockets that were reset.
try {
  await main(readOptions(process.argv.slice(2)));
  process.exit(isClean ? 0 : 1);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(`\n${usage}`);
  process.exit(2);
}
