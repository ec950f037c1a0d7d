import type { KeptRoot, KeptRuns } from "@runwire/store";
import type { RetentionPolicy } from "../options/retention.js";

/**
 * How far the floor of a channel is to rise, decided from what it keeps. Pure.
 *
 *   floor ▶│ run 1, ended │ run 2, ended │ run 3, goes on │ run 4, ended │ run 5 │ head
 *          ╰──── may go, while a bound ──╯               ▲ nothing from here on: a run that goes on needs
 *                is passed without it                      all that comes after its start
 */

/** What one trim takes away at most, but for one run that is larger alone: it stops the event loop that long. */
export interface RetentionStep {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/** A place that the floor may have, and what is kept from there on. */
type Boundary = Pick<KeptRoot, "first" | "bytes">;

/** The floor to trim to now, which is the present one where nothing is to go. Asked again after each trim. */
export function planRetention(
  policy: RetentionPolicy,
  kept: KeptRuns,
  step: RetentionStep = { maxEvents: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY },
): number {
  const wanted = wantedBoundaries(policy, kept);
  const isInStep = ({ first, bytes }: Boundary) =>
    first - kept.floor <= step.maxEvents && kept.bytes - bytes <= step.maxBytes;
  return (wanted.findLast(isInStep) ?? wanted[0])?.first ?? kept.floor;
}

/** Every place above the floor that the policy wants it to rise to, the lowest first. */
function wantedBoundaries(policy: RetentionPolicy, kept: KeptRuns): readonly Boundary[] {
  const wanted: Boundary[] = [];
  let lower: Boundary = { first: kept.floor, bytes: kept.bytes };
  let root: KeptRoot | undefined;
  for (const next of kept.roots) {
    if (root?.isOpen) break;
    if (isTooMuch(policy, kept.offset, lower, root)) {
      if (next.first > kept.floor) wanted.push(next);
    } else if (root !== undefined) break;
    lower = next;
    root = next;
  }
  return wanted;
}

/** Whether what lies from `lower` on is more than is to be kept. `root` begins there; none: the channel's own events. */
function isTooMuch(
  { maxAgeMs, maxEvents, maxBytes }: RetentionPolicy,
  head: number,
  lower: Boundary,
  root: KeptRoot | undefined,
): boolean {
  if (maxEvents !== undefined && head - lower.first + 1 > maxEvents) return true;
  if (maxBytes !== undefined && lower.bytes > maxBytes) return true;
  return maxAgeMs !== undefined && root !== undefined && root.idleMs >= maxAgeMs;
}
