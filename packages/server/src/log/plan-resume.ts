import type { ResetReason, SubscribeFrom } from "@runwire/protocol";
import type { ChannelHead } from "@runwire/store";

/** Where a delivery begins. */
export interface ResumePlan {
  /** The offset after which it does. */
  readonly after: number;
  /** Why the client's position cannot be continued; then the delivery begins at the start. */
  readonly reset?: ResetReason;
  /** Whether it begins at the start, so that a choice of runs applies. */
  readonly isFromStart: boolean;
}

/**
 * Decides where a delivery begins, from what is asked and what the store keeps: all that comes after a
 * position, or the start and the reason why not.
 */
export function planResume(from: SubscribeFrom, head: ChannelHead): ResumePlan {
  if (from === "start") return { after: 0, isFromStart: true };
  if (from === "now") return { after: head.offset, isFromStart: false };
  const reset = toReset(from.epoch, from.offset, head);
  return reset
    ? { after: 0, reset, isFromStart: true }
    : { after: from.offset, isFromStart: false };
}

function toReset(epoch: string, offset: number, head: ChannelHead): ResetReason | undefined {
  if (epoch !== head.epoch) return "epoch";
  if (offset > head.offset) return "ahead";
  return offset < head.floor - 1 ? "trimmed" : undefined;
}
