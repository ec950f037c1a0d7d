import type { Position, Subscribed } from "@runwire/protocol";
import {
  type Depth,
  fullDepth,
  headDepth,
  noDepth,
  planRange,
  type Range,
  type RangePlan,
} from "./plan-range.js";

/** How far a subscription has come in its channel's log, and how far the log reaches, as far as heard. */
export interface LogProgress {
  /** The position, and how long the log is; nothing before the first `subscribed`. */
  log(): (Position & { readonly head: number }) | undefined;
  /** The offset up to which a state has all that it is to have; nothing before it was level with the log. */
  level(): number | undefined;
  /** From where a subscription of that depth goes on; without such a place what is known is given up. */
  resume(depth: Depth): Position | undefined;
  /** Takes a `subscribed` over; whether it goes on from here, or began anew. */
  begin(message: Subscribed, depth: Depth): boolean;
  /** What to do with a range that has come; one that is to be applied is taken over. */
  advance(range: Range): RangePlan;
  /** Whether more than the log's head was asked for. */
  isShown(): boolean;
  /** Whether two pongs in a row knew more while nothing came. */
  isStuck(known: number): boolean;
}

export function createLogProgress(): LogProgress {
  let position: Position | undefined;
  /** With what depth it was subscribed. */
  let depth: Depth = noDepth;
  let wasLevel = false;
  /** Where the log ended when it was subscribed. */
  let levelAt = 0;
  let head = 0;
  /** Where the position stood at the last pong that knew more. */
  let stoodAt: number | undefined;
  const isShown = () => depth > headDepth;

  return {
    log: () => position && { ...position, head },
    resume(wanted) {
      stoodAt = undefined;
      // `runs` is chosen once: who was cut before it was level does not know which runs were meant.
      if (wanted > depth || !(wasLevel || depth === fullDepth)) position = undefined;
      return position;
    },
    begin({ epoch, offset, from, reset }, asked) {
      levelAt = offset;
      head = offset;
      const kept = reset ? undefined : position;
      if (!kept) [depth, wasLevel] = [asked, false];
      moveTo(kept ?? { epoch, offset: from });
      return kept !== undefined;
    },
    advance(range) {
      if (!position) return "drop";
      const plan = planRange(position.offset, range);
      if (plan === "apply") moveTo({ ...position, offset: range.offset });
      return plan;
    },
    isShown,
    level: () => (wasLevel && isShown() ? position?.offset : undefined),
    isStuck(known) {
      const stood = stoodAt;
      stoodAt = position && known > position.offset ? position.offset : undefined;
      return stoodAt !== undefined && stoodAt === stood;
    },
  };

  function moveTo(next: Position): void {
    position = next;
    head = Math.max(head, next.offset);
    wasLevel ||= next.offset >= levelAt;
  }
}
