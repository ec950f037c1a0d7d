import type { RunTarget } from "@runwire/protocol";
import { FakeClock } from "@runwire/testing";
import { type RunWriter, startRun } from "../../src/index.js";
import type { Step } from "./programs.js";

/** What came of a program. */
export interface Performance {
  readonly runs: readonly RunWriter[];
  /** What was written of a run and kind, in one text. */
  textOf(runId: string, kind: "think" | "say"): string;
  /** Timers that nobody has cleared. */
  readonly pendingTimers: number;
}

interface World {
  readonly runs: RunWriter[];
  readonly texts: Map<string, string>;
  /** Calls of tools that hang until the end. */
  readonly hanging: Promise<unknown>[];
}

type TellProgress = (outputDelta: string, fraction: number) => void;

/** Performs a program as the run `run` of the channel `test`, with as much time as it needs. */
export async function performProgram(
  target: RunTarget,
  steps: readonly Step[],
): Promise<Performance> {
  const clock = new FakeClock();
  const world: World = { runs: [], texts: new Map(), hanging: [] };
  let isDone = false;
  const done = performRoot(world, target, clock, steps).finally(() => {
    isDone = true;
  });
  while (!isDone) await clock.advance(6_000);
  await done;
  return {
    runs: world.runs,
    textOf: (runId, kind) => world.texts.get(`${runId} ${kind}`) ?? "",
    pendingTimers: clock.pending().length,
  };
}

async function performRoot(
  world: World,
  target: RunTarget,
  clock: FakeClock,
  steps: readonly Step[],
): Promise<void> {
  const agent = { name: "tester" };
  const run = await startRun(target, { channel: "test", runId: "run", agent, clock });
  world.runs.push(run);
  await performSteps(world, run, steps);
  await run.complete();
  await Promise.allSettled(world.hanging);
}

async function performSteps(
  world: World,
  run: RunWriter,
  steps: readonly Step[],
  tellProgress: TellProgress = () => {},
): Promise<void> {
  for (const step of steps) await performStep(world, run, step, tellProgress);
}

async function performStep(world: World, run: RunWriter, step: Step, tellProgress: TellProgress) {
  switch (step.type) {
    case "text":
      return performText(world, run, step);
    case "custom":
      return void run.custom("note", step.data, step.key === undefined ? {} : { key: step.key });
    case "progress":
      return tellProgress(step.text, step.fraction);
    case "pause":
      return new Promise<void>((resolve) => setImmediate(resolve));
    case "child":
      return performChild(world, run, step.steps);
    case "tool":
      return performTool(world, run, step);
  }
}

async function performText(world: World, run: RunWriter, step: Step & { type: "text" }) {
  const key = `${run.runId} ${step.kind}`;
  world.texts.set(key, (world.texts.get(key) ?? "") + step.text);
  const room = run[step.kind](step.text);
  if (step.isAwaited) await room;
}

async function performChild(world: World, run: RunWriter, steps: readonly Step[]) {
  const child = await run.startRun({ runId: `run.${world.runs.length}`, agent: { name: "child" } });
  world.runs.push(child);
  await performSteps(world, child, steps);
  await child.complete();
}

async function performTool(world: World, run: RunWriter, step: Step & { type: "tool" }) {
  const call = run.tool("step", { ending: step.ending }, async (_input, { progress }) => {
    const tellProgress: TellProgress = (outputDelta, fraction) =>
      void progress({ outputDelta, fraction });
    if (step.ending === "hangs") await new Promise(() => {});
    await performSteps(world, run, step.steps, tellProgress);
    if (step.ending === "throws") throw new Error("as told");
    return step.steps.length;
  });
  if (step.ending === "hangs") world.hanging.push(call);
  else await call.catch(throwUnlessTold);
}

function throwUnlessTold(error: Error): void {
  if (error.message !== "as told") throw error;
}
