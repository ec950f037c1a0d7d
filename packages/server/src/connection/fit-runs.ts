import type { RunSummary } from "@runwire/protocol";

/** As much of a list as one message may hold. */
export interface FittingRuns {
  readonly runs: readonly RunSummary[];
  /** Root runs were left out at the end; the next page begins with them. */
  readonly isShortened: boolean;
}

/**
 * Shortens a list to about `maxBytes`: titles may be long, and descendants many. Pure. Root runs stay with their
 * descendants; where the first one alone is too large, it keeps its latest descendants.
 */
export function fitRuns(runs: readonly RunSummary[], maxBytes: number): FittingRuns {
  const families = toFamilies(runs);
  const fitting: RunSummary[] = [];
  let bytes = 0;
  for (const family of families) {
    bytes += sizeOf(family);
    if (bytes > maxBytes && fitting.length > 0) return { runs: fitting, isShortened: true };
    fitting.push(...(bytes > maxBytes ? shorten(family, maxBytes) : family));
  }
  return { runs: fitting, isShortened: false };
}

/** Each root run with its descendants. */
function toFamilies(runs: readonly RunSummary[]): RunSummary[][] {
  const families: RunSummary[][] = [];
  for (const run of runs) {
    if (run.parentRunId === undefined) families.push([run]);
    else families.at(-1)?.push(run);
  }
  return families;
}

function shorten(family: readonly RunSummary[], maxBytes: number): readonly RunSummary[] {
  const [root, ...descendants] = family;
  if (!root) return family;
  const shown: RunSummary = { ...root, moreDescendants: true };
  let bytes = sizeOf([shown]);
  const first = descendants.findLastIndex((run) => {
    bytes += sizeOf([run]);
    return bytes > maxBytes;
  });
  return first === -1 ? family : [shown, ...descendants.slice(first + 1)];
}

function sizeOf(runs: readonly RunSummary[]): number {
  return runs.reduce((sum, run) => sum + Buffer.byteLength(JSON.stringify(run)) + 1, 0);
}
