import { countLines, type LineCounts } from "../tools/count-lines.ts";
import type { FileList } from "../tools/list-files.ts";
import { measureReading, type ReadingSpeed } from "../tools/measure-reading.ts";
import type { Exploration } from "./exploration.ts";
import { createSteps, type StepResult } from "./steps.ts";
import { toCount } from "./to-count.ts";

/** What the surveyor found. */
export interface Survey {
  readonly lines: StepResult<LineCounts>;
  readonly reading: StepResult<ReadingSpeed>;
}

/** How many files the surveyor reads to measure. */
const MEASURED_FILES = 20;

/** Has a sub-agent count and measure: a run of its own, inside one tool call of the run that asked. */
export function delegateSurvey(
  { asked, intent, steps }: Exploration,
  files: FileList,
): Promise<StepResult<Survey>> {
  const seconds = intent.measureSeconds;
  const input = { folder: asked.folder, files: files.count, seconds };
  return steps.delegate("survey", "delegate_survey", input, async ({ startRun, toolCallId }) => {
    const run = await startRun({
      runId: `${asked.runId}.${toolCallId}`,
      agent: { name: "surveyor" },
      title: "Count and measure",
      input,
    });
    await using _ended = run; // a throw on the way ends it as abandoned
    const own = createSteps(run, asked.folder);
    run.think(
      `I count the lines of ${toCount(files.count, "file")}, then time how fast they can be read.`,
    );
    const lines = await own.call("lines", countLines, { expectedFiles: files.count });
    const paths = files.paths.slice(0, MEASURED_FILES);
    const reading = await own.call("reading", measureReading, { paths, seconds });
    await run.complete({ output: { lines, reading } });
    return { lines, reading };
  });
}
