/** A range of a channel: everything with `after` < offset ≤ `offset`. */
export interface Range {
  readonly after: number;
  readonly offset: number;
}

/**
 * What to do with a range at a position (`PROTOCOL.md` § 4):
 *
 *   position ──┐
 *   … ■■■■■■■■■│
 *      [range] │            drop       all of it is known
 *              [range]      apply      it touches
 *              │   [range]  gap        something is missing: apply nothing, subscribe again
 *           [range]         gap        it overlaps; a merged event cannot be cut in two
 */
export type RangePlan = "drop" | "apply" | "gap";

export function planRange(position: number, { after, offset }: Range): RangePlan {
  if (offset <= position) return "drop";
  return after === position ? "apply" : "gap";
}

/** How much of a channel is wanted: nothing, its head, the latest root runs, everything. */
export type Depth = number;

export const noDepth = -1;
/** Only how far the log has grown, for those who read it themselves. */
export const headDepth = 0;
export const fullDepth = Number.POSITIVE_INFINITY;
