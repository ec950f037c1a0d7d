import {
  emptyChannelState,
  type LoggedEvent,
  type RunState,
  RunwireError,
  reduceChannel,
} from "@runwire/protocol";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { decodeEvent } from "../src/encoding/decode-event.js";
import { type RunWriter, startRun } from "../src/index.js";
import { FakeClock } from "./support/fake-clock.js";
import { type Fault, MemoryTarget } from "./support/memory-target.js";

/** What a program does next in its run. */
type Step =
  | {
      readonly type: "text";
      readonly kind: "think" | "say";
      readonly text: string;
      readonly isAwaited: boolean;
    }
  | { readonly type: "custom"; readonly key: string | undefined; readonly data: unknown }
  | {
      readonly type: "tool";
      readonly steps: readonly Step[];
      readonly ending: "returns" | "throws" | "hangs";
    }
  | { readonly type: "progress"; readonly fraction: number; readonly text: string }
  | { readonly type: "child"; readonly steps: readonly Step[] }
  | { readonly type: "pause" };

const anyText = fc.string({
  unit: fc.constantFrom("a", "é", "😀", "\ud83d", "\ude00", "\n", "\u0000"),
  maxLength: 12,
});

const { anyStep } = fc.letrec<{ anyStep: Step; anySteps: Step[] }>((tie) => ({
  anySteps: fc.array(tie("anyStep"), { maxLength: 5 }),
  anyStep: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({
      type: fc.constant("text" as const),
      kind: fc.constantFrom("think" as const, "say" as const),
      text: anyText,
      isAwaited: fc.boolean(),
    }),
    fc.record({
      type: fc.constant("custom" as const),
      key: fc.option(fc.constantFrom("k", "l"), { nil: undefined }),
      data: fc.anything({ withDate: true, withBigInt: true, withMap: true, maxDepth: 1 }),
    }),
    fc.record({ type: fc.constant("progress" as const), fraction: fc.double(), text: anyText }),
    fc.record({ type: fc.constant("pause" as const) }),
    fc.record({
      type: fc.constant("tool" as const),
      steps: tie("anySteps"),
      ending: fc.constantFrom("returns" as const, "throws" as const, "hangs" as const),
    }),
    fc.record({ type: fc.constant("child" as const), steps: tie("anySteps") }),
  ),
}));

/** What befalls the publishes, one after another. */
const anyWeather = fc.array(
  fc.record({
    turns: fc.nat({ max: 4 }),
    fault: fc.constantFrom<Fault | undefined>(
      undefined,
      undefined,
      { code: "store_unavailable" },
      { code: "store_unavailable", isAppended: true },
      { code: "rate_limited" },
    ),
  }),
  { maxLength: 30 },
);

interface World {
  readonly runs: RunWriter[];
  /** What was written of each run and kind. */
  readonly texts: Map<string, string>;
  /** Tools that hang until the end. */
  readonly open: Promise<unknown>[];
}

async function perform(
  world: World,
  run: RunWriter,
  steps: readonly Step[],
  progress?: (text: string, fraction: number) => void,
): Promise<void> {
  for (const step of steps) {
    if (step.type === "text") {
      const key = `${run.runId} ${step.kind}`;
      world.texts.set(key, (world.texts.get(key) ?? "") + step.text);
      const room = run[step.kind](step.text);
      if (step.isAwaited) await room;
    } else if (step.type === "custom")
      run.custom("note", step.data, step.key === undefined ? {} : { key: step.key });
    else if (step.type === "progress") progress?.(step.text, step.fraction);
    else if (step.type === "pause") await new Promise((resolve) => setImmediate(resolve));
    else if (step.type === "child") await performChild(world, run, step.steps);
    else await performTool(world, run, step);
  }
}

async function performChild(world: World, run: RunWriter, steps: readonly Step[]): Promise<void> {
  const child = await run.startRun({ runId: `run.${world.runs.length}`, agent: { name: "child" } });
  world.runs.push(child);
  await perform(world, child, steps);
  await child.complete();
}

async function performTool(
  world: World,
  run: RunWriter,
  step: Step & { type: "tool" },
): Promise<void> {
  const call = run.tool("step", { ending: step.ending }, async (_input, context) => {
    await perform(
      world,
      run,
      step.ending === "hangs" ? [] : step.steps,
      (outputDelta, fraction) => void context.progress({ outputDelta, fraction }),
    );
    if (step.ending === "throws") throw new Error("as told");
    if (step.ending === "hangs") await new Promise(() => {});
    return step.steps.length;
  });
  if (step.ending === "hangs") world.open.push(call);
  else await call.catch((error: Error) => expect(error.message).toBe("as told"));
}

function fold(target: MemoryTarget): { readonly [runId: string]: RunState } {
  const events: LoggedEvent[] = target.events.map(decodeEvent);
  return reduceChannel(emptyChannelState, events).runs;
}

/** Halves of characters may be joined or replaced at the edges of pieces; all else must be there. */
function withoutHalves(text: string): string {
  return text.replace(/[\ud800-\udfff\ufffd]/g, "");
}

it("writes a history that the rules accept, whatever the program does and the log suffers", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 12 }), anyWeather, async (steps, weather) => {
      const clock = new FakeClock();
      const target = new MemoryTarget();
      const coming = [...weather];
      const refusals: unknown[] = [];
      target.beforePublish = async () => {
        const next = coming.shift();
        for (let turn = 0; turn < (next?.turns ?? 0); turn++)
          await new Promise((resolve) => setImmediate(resolve));
        return next?.fault;
      };
      const publish = target.publish.bind(target);
      target.publish = async (request) => {
        try {
          return await publish(request);
        } catch (error) {
          if (!(error instanceof RunwireError) || !error.message.startsWith("told to"))
            refusals.push(error);
          throw error;
        }
      };
      const world: World = { runs: [], texts: new Map(), open: [] };
      const program = (async () => {
        const run = await startRun(target, {
          channel: "test",
          runId: "run",
          agent: { name: "a" },
          clock,
        });
        world.runs.push(run);
        await perform(world, run, steps);
        await run.complete();
        await Promise.allSettled(world.open);
      })();
      let isDone = false;
      const done = program.finally(() => {
        isDone = true;
      });
      while (!isDone) await clock.advance(6_000);
      await done;

      expect(refusals).toEqual([]);
      expect(clock.pending).toBe(0);
      expect(target.attached.size).toBe(0);
      const folded = fold(target);
      for (const run of world.runs) {
        expect(run.state).toEqual(folded[run.runId]);
        for (const [kind, written] of [
          ["reasoning", "think"],
          ["output", "say"],
        ] as const)
          expect(withoutHalves(target.textOf(kind, run.runId))).toBe(
            withoutHalves(world.texts.get(`${run.runId} ${written}`) ?? ""),
          );
      }
    }),
    { numRuns: 150 },
  );
});
