import type { RunWriter } from "@runwire/agent";
import type { ToolPart } from "@runwire/protocol";

/** What the run is started with, and all that a worker needs to go on with it. */
export interface Job {
  readonly pages: readonly string[];
}

/** Counts the words of the pages that the run has not counted yet, and ends it. */
export async function countWords(run: RunWriter): Promise<void> {
  const { pages } = run.state.input as Job; // the worker started it with a job
  const counted = new Map(run.state.parts.filter(isCounted).map(toCount));
  for (const page of pages) {
    if (counted.has(page)) continue;
    counted.set(page, await run.tool("count_words", page, (url, { signal }) => count(url, signal)));
  }
  const total = [...counted.values()].reduce((sum, words) => sum + words, 0);
  run.say(`${pages.length} pages hold ${total} words.`);
  await run.complete({ output: total });
}

async function count(url: string, signal: AbortSignal): Promise<number> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.text()).split(/\s+/).filter(Boolean).length;
}

function isCounted(part: { readonly type: string }): part is ToolPart {
  return part.type === "tool" && (part as ToolPart).status === "success";
}

/** Only `countWords` calls this run's tools: a page goes in, a number comes out. */
function toCount({ input, output }: ToolPart): readonly [string, number] {
  return [input as string, output as number];
}
