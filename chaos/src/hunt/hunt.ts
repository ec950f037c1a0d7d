import fc from "fast-check";
import type { Play } from "../checker/history.ts";
import type { Tier } from "./tiers.ts";

/** What to look at. */
export interface HuntOptions {
  readonly seed: number;
  /** Of an earlier failure under that seed: begins there. */
  readonly path?: string;
  readonly runs?: number;
  /** How long to look, milliseconds. */
  readonly limitMs: number;
}

/** A schedule in which something went wrong. */
export interface Failure<Schedule> {
  readonly seed: number;
  readonly path: string;
  /** What the world's own random numbers begin with. */
  readonly world: number;
  readonly schedule: Schedule;
  readonly play: Play;
  /** How often it failed when it was played again, from 0 to 1. */
  readonly hitRate: number;
}

/** What came of it. */
export interface Hunt<Schedule> {
  readonly schedules: number;
  readonly failure?: Failure<Schedule>;
}

/** Plays schedules until one fails, enough were played, or time is over; the one that fails is made small. */
export async function hunt<Schedule>(
  tier: Tier<Schedule>,
  { seed, path, runs = 1_000_000_000, limitMs }: HuntOptions,
): Promise<Hunt<Schedule>> {
  let schedules = 0;
  let hasFailed = false;
  const property = fc.asyncProperty(fc.integer(), tier.schedules, async (world, schedule) => {
    if (!hasFailed) schedules += 1;
    const { anomalies } = await tier.play(world, schedule);
    if (anomalies.length > 0) hasFailed = true;
    return anomalies.length === 0;
  });
  const details = await fc.check(property, {
    ...{ seed, numRuns: runs, interruptAfterTimeLimit: limitMs },
    ...(path !== undefined && { path }),
  });
  const { counterexample, counterexamplePath } = details;
  if (!counterexample || counterexamplePath === null) return { schedules };
  const [world, schedule] = counterexample;
  const again = await playAgain(tier, world, schedule);
  return { schedules, failure: { seed, path: counterexamplePath, world, schedule, ...again } };
}

/** The play that shows the most, and how many of all show something. */
async function playAgain<Schedule>(
  { play, retries }: Tier<Schedule>,
  world: number,
  schedule: Schedule,
): Promise<{ readonly play: Play; readonly hitRate: number }> {
  const plays: Play[] = [];
  for (let nth = 0; nth < retries; nth += 1) plays.push(await play(world, schedule));
  const hits = plays.filter(({ anomalies }) => anomalies.length > 0);
  // `retries` is 1 at least.
  return { play: hits[0] ?? (plays[0] as Play), hitRate: hits.length / plays.length };
}
