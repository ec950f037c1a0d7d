import type { Tables } from "./tables.js";

/** How far a trim has come. */
interface TrimStep {
  readonly floor: number;
  readonly isDone: boolean;
  readonly hasMoved: boolean;
}

/** Raises the floor of a channel a little. Inside a transaction. */
export function trimStep({ channels, trimmed }: Tables, name: string, wish: number): TrimStep {
  const channel = channels.find(name);
  if (channel === undefined) return { floor: 1, isDone: true, hasMoved: false };
  const { id, floor } = channel;
  const target = trimmed.floorAt(id, wish);
  if (target <= floor) return { floor, isDone: true, hasMoved: false };
  const next = trimmed.stepTowards(id, floor, target);
  trimmed.deleteBelow(id, next);
  channels.setFloor(id, next);
  return { floor: next, isDone: next === target, hasMoved: true };
}
