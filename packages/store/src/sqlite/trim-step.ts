import type { Tables } from "./tables.js";

/** How far to trim. */
export interface TrimWish {
  readonly wish: number;
  /** Of the log that it is meant for; `undefined`: whichever there is. */
  readonly epoch: string | undefined;
}

/** How far a trim has come. */
export interface TrimStep {
  /** Of the log that was found; `undefined` where there is none. */
  readonly epoch: string | undefined;
  readonly floor: number;
  readonly isDone: boolean;
  readonly hasMoved: boolean;
}

/** Raises the floor of a channel a little. Inside a transaction. */
export function trimStep(
  { channels, trimmed }: Tables,
  name: string,
  { wish, epoch: wanted }: TrimWish,
): TrimStep {
  const channel = channels.find(name);
  if (channel === undefined) return { epoch: undefined, floor: 1, isDone: true, hasMoved: false };
  const { id, floor, epoch } = channel;
  const nothing = { epoch, floor, isDone: true, hasMoved: false };
  if (wanted !== undefined && wanted !== epoch) return nothing;
  const target = trimmed.floorAt(id, wish);
  if (target <= floor) return nothing;
  const next = trimmed.stepTowards(id, floor, target);
  trimmed.deleteBelow(id, next);
  channels.setFloor(id, next);
  return { epoch, floor: next, isDone: next === target, hasMoved: true };
}
