import type { Position, Subscribed } from "@runwire/protocol";
import {
  type Depth,
  isContinuable,
  noDepth,
  type Progress,
  planRange,
  type Range,
  type RangePlan,
} from "./plan-range.js";

/** How far a subscription has come in its channel's log, and how far the log reaches, as far as heard. */
export interface LogProgress {
  /** The position, and how long the log is; nothing before the first `subscribed`. */
  log(): (Position & { readonly head: number }) | undefined;
  /** From where a subscription of that depth goes on; without such a place what is known is given up. */
  resume(depth: Depth): Position | undefined;
  /** Takes a `subscribed` over: as new, or as what goes on from here. */
  begin(message: Subscribed, depth: Depth): Progress & { readonly isContinued: boolean };
  /** What to do with a range that has come. */
  plan(range: Range): RangePlan;
  /** Takes a range over that is to be applied. */
  advance(range: Range): Progress;
  /** Whether two pongs in a row knew more while nothing came. */
  isStuck(known: number): boolean;
}

const nothing: Progress = { epoch: "", offset: 0, depth: noDepth, wasLevel: false };

export function createLogProgress(): LogProgress {
  let progress = nothing;
  /** Where the log ended when it was subscribed. */
  let levelAt = 0;
  let head = 0;
  /** Where the position stood at the last pong that knew more. */
  let stoodAt: number | undefined;

  return {
    log: () => (progress === nothing ? undefined : { ...position(), head }),
    resume(depth) {
      stoodAt = undefined;
      if (!isContinuable(progress, depth)) progress = nothing;
      return progress === nothing ? undefined : position();
    },
    begin({ epoch, offset, from, reset }, depth) {
      levelAt = head = offset;
      const isContinued = !reset && progress !== nothing;
      const start = { epoch, offset: from, depth, wasLevel: false };
      return { ...moveTo(isContinued ? progress : start), isContinued };
    },
    plan: (range) => (progress === nothing ? "drop" : planRange(progress.offset, range)),
    advance({ offset }) {
      head = Math.max(head, offset);
      return moveTo({ ...progress, offset });
    },
    isStuck(known) {
      const { offset } = progress;
      const stood = stoodAt;
      stoodAt = known > offset && progress !== nothing ? offset : undefined;
      return stoodAt !== undefined && stoodAt === stood;
    },
  };

  function position(): Position {
    return { epoch: progress.epoch, offset: progress.offset };
  }

  function moveTo(next: Progress): Progress {
    progress = { ...next, wasLevel: next.wasLevel || next.offset >= levelAt };
    return progress;
  }
}
