import type { ServerClock } from "../clock.js";
import { ByteBudget } from "./byte-budget.js";

const minuteMs = 60_000;

/** How much history everybody reads: a minute's worth at once, and then so much in a minute. */
export class ReplayBudget extends ByteBudget {
  constructor(clock: ServerClock, bytesPerMinute: number) {
    super(clock, bytesPerMinute, minuteMs);
  }
}
