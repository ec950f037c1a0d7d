import type { Part, RunState } from "./channel-state.js";
import { type Draft, ownList, setRun } from "./draft.js";
import { indexOfParts, moveIndex } from "./part-index.js";

/**
 * Puts what `next` makes of the part named `key` in that part's place, or at the end where there is none;
 * a part without a key always goes to the end. `next` may return what it was given, or nothing for nothing.
 */
export function updatePart(
  draft: Draft,
  run: RunState,
  key: string | undefined,
  next: (found: Part | undefined) => Part | undefined,
): void {
  const index = indexOfParts(run.parts);
  const place = (key !== undefined ? index.get(key) : undefined) ?? run.parts.length;
  const found = run.parts[place];
  const part = next(found);
  if (!part || part === found) return;
  const parts = ownList(draft, run.parts);
  moveIndex(run.parts, parts);
  if (key !== undefined) index.set(key, place);
  parts[place] = part;
  if (parts !== run.parts) setRun(draft, { ...run, parts });
}
