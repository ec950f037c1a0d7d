import type { RunWriter } from "@runwire/agent";
import { answer, type Round, rounds } from "./agent-script.ts";
import type { Written, WrittenDelta } from "./marks.ts";
import { type Pace, Pacer } from "./pacer.ts";

/** The part of a run's writer that the script needs. */
export type ScriptWriter = Pick<RunWriter, "think" | "say" | "tool" | "complete">;

interface Marks {
  textLength: number;
  readonly deltas: WrittenDelta[];
  readonly toolStarts: number[];
  readonly toolEnds: number[];
}

/** Writes the whole run, as an agent does that forwards a model's stream, and tells when it wrote what. */
export async function playScript(
  start: () => Promise<ScriptWriter>,
  pace: Pace,
  now: () => number,
): Promise<Written> {
  const marks: Marks = { textLength: 0, deltas: [], toolStarts: [], toolEnds: [] };
  const pacer = new Pacer(pace);
  const startedAt = now();
  const run = await start();
  pacer.begin();
  for (const round of rounds) await playRound(run, round, pacer, marks, now);
  for (const text of answer) {
    await pacer.nextToken();
    markDelta(marks, text, now());
    run.say(text);
  }
  const endedAt = now();
  await run.complete({ output: { matches: rounds.length } });
  const { deltas, toolStarts, toolEnds } = marks;
  return { startedAt, deltas, toolStarts, toolEnds, endedAt };
}

async function playRound(
  run: ScriptWriter,
  { thoughts, tool }: Round,
  pacer: Pacer,
  marks: Marks,
  now: () => number,
): Promise<void> {
  for (const text of thoughts) {
    await pacer.nextToken();
    markDelta(marks, text, now());
    run.think(text);
  }
  marks.toolStarts.push(now());
  await run.tool(tool.name, tool.input, async (_input, { progress }) => {
    for (const [index, message] of tool.steps.entries()) {
      await pacer.nextStep();
      void progress({ fraction: (index + 1) / (tool.steps.length + 1), message });
    }
    await pacer.nextStep();
    marks.toolEnds.push(now());
    return tool.output;
  });
  pacer.begin();
}

function markDelta(marks: Marks, text: string, at: number): void {
  marks.textLength += text.length;
  marks.deltas.push({ at, textLength: marks.textLength });
}
