import type { Clock } from "@runwire/protocol";
import { createTimer } from "../environment.js";
import { type Depth, noDepth } from "./plan-range.js";

export interface WishesOptions {
  readonly clock: Clock;
  /** How long to wait for the next one after the last one has left, milliseconds. */
  readonly lingerMs: number;
}

/** Who wants a channel, and how much of it. */
export interface Wishes {
  /** Wants it in this depth, until the returned function is called. */
  add(depth: Depth): () => void;
  /** How much those who are there want together. */
  depth(): Depth;
  /** Nobody is waited for any more. */
  stop(): void;
}

/** `onNone` is called when nobody has come back in that time. */
export function createWishes({ clock, lingerMs }: WishesOptions, onNone: () => void): Wishes {
  const depths = new Map<object, Depth>();
  const timer = createTimer(clock);
  return {
    add(depth) {
      const wish = {};
      depths.set(wish, depth);
      timer.clear();
      return () => {
        if (depths.delete(wish) && depths.size === 0) timer.set(lingerMs, onNone);
      };
    },
    depth: () => Math.max(noDepth, ...depths.values()),
    stop: timer.clear,
  };
}
