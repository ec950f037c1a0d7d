import { FakeClock } from "@runwire/testing";
import type { RunWriter, StartRunOptions } from "../../src/run/run-types.js";
import { startRun } from "../../src/start-run.js";
import { MemoryTarget } from "./memory-target.js";

/** A run in a log of its own, by a clock of its own. */
export async function startTestRun(
  options: Partial<StartRunOptions> = {},
  target = new MemoryTarget(),
): Promise<{ run: RunWriter; target: MemoryTarget; clock: FakeClock }> {
  const clock = new FakeClock();
  const run = await startRun(target, {
    channel: "test",
    runId: "run",
    agent: { name: "tester" },
    clock,
    ...options,
  });
  return { run, target, clock };
}
