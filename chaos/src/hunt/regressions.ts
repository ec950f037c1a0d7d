import { readFileSync, writeFileSync } from "node:fs";
import type { Play } from "../checker/history.ts";
import type { Step } from "../simulated/steps.ts";
import type { SocketSchedule } from "../sockets/socket-steps.ts";
import { simulatedTier, socketTier } from "./tiers.ts";

/** A schedule that has failed once, whole: it plays the same when other schedules are drawn from its seed. */
export type Regression = {
  /** What was wrong. */
  readonly about: string;
  readonly seed: number;
  readonly path: string;
  readonly world: number;
} & (
  | { readonly tier: "A"; readonly schedule: readonly Step[] }
  | { readonly tier: "B"; readonly schedule: SocketSchedule }
);

const file = new URL("../../regressions.json", import.meta.url);

export function readRegressions(): readonly Regression[] {
  return JSON.parse(readFileSync(file, "utf8")) as Regression[]; // only written below, and reviewed
}

export function addRegression(regression: Regression): void {
  const all = [...readRegressions(), regression];
  writeFileSync(file, `${JSON.stringify(all, undefined, 2)}\n`);
}

export function playRegression(regression: Regression): Promise<Play> {
  const { world } = regression;
  return regression.tier === "A"
    ? simulatedTier.play(world, regression.schedule)
    : socketTier.play(world, regression.schedule);
}
