import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { History } from "../checker/history.ts";
import type { Failure } from "./hunt.ts";

const reports = new URL("../../../reports/chaos/", import.meta.url);

/** What a person needs to look at a failure: what was wrong, the schedule, the history, and how to see it again. */
export function tellFailure<Schedule>(tier: "A" | "B", failure: Failure<Schedule>): string {
  const { seed, path, world, schedule, play, hitRate } = failure;
  const history = writeHistory(`${tier}-${seed}.jsonl`, play.history);
  return [
    `tier ${tier} FAILED at ${commitNow()}; ${Math.round(hitRate * 100)} % of the repeats fail`,
    ...play.anomalies.map(({ name, detail }) => `  ${name}: ${detail}`),
    `  world ${world}, schedule ${JSON.stringify(schedule)}`,
    `  history: ${history}`,
    `  again: pnpm chaos --tier ${tier} --seed ${seed} --path ${path}`,
  ].join("\n");
}

/** One entry a line; answers where. */
function writeHistory(name: string, history: History): string {
  mkdirSync(reports, { recursive: true });
  const file = fileURLToPath(new URL(name, reports));
  writeFileSync(file, history.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  return file;
}

function commitNow(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "an unknown commit";
  }
}
