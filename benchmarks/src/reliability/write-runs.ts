import { setTimeout as sleep } from "node:timers/promises";
import { type RunWriter, withRun } from "@runwire/agent";
import type { RunTarget } from "@runwire/protocol";

/** Agents that run, and where. */
export interface RunLoad {
  readonly channels: readonly string[];
  readonly runsPerSecond: number;
}

const word = " and so on it goes";

/**
 * Starts runs one after another in all channels, until it is told to stop; then it waits for those that go on, and
 * says how many there were. Each thinks, uses a tool, answers, and takes a command; every tenth fails.
 */
export function writeRuns(
  target: RunTarget,
  { channels, runsPerSecond }: RunLoad,
): () => Promise<number> {
  const going = new Set<Promise<void>>();
  let count = 0;
  const timer = setInterval(() => {
    const channel = channels[count % channels.length] ?? "";
    const mustFail = count % 10 === 9;
    count += 1;
    const run = writeRun(target, channel, mustFail).finally(() => going.delete(run));
    going.add(run);
  }, 1000 / runsPerSecond);
  return async () => {
    clearInterval(timer);
    await Promise.all(going);
    return count;
  };
}

async function writeRun(target: RunTarget, channel: string, mustFail: boolean): Promise<void> {
  const agent = { name: "worker", model: "none" };
  const commands = { note: (data: unknown) => data };
  const running = withRun(target, { channel, agent, commands }, async (run) => {
    await speak(run, "think", 8);
    await run.tool("search", { query: word }, async (_, { progress }) => {
      await sleep(300);
      await progress({ fraction: 0.5 });
      await sleep(300);
      return { hits: 3 };
    });
    await speak(run, "say", 16);
    if (mustFail) throw new Error("meant to fail");
  });
  await running.catch((error: unknown) => {
    if (!mustFail) throw error;
  });
}

async function speak(run: RunWriter, how: "think" | "say", times: number): Promise<void> {
  for (let said = 0; said < times; said += 1) {
    await run[how](word);
    await sleep(100);
  }
}
