import type { ServerClock } from "../clock.js";
import { ByteBudget } from "./byte-budget.js";

const secondMs = 1_000;

/** How much everybody publishes: a second's worth at once, and then so much in a second. */
export class PublishBudget extends ByteBudget {
  constructor(clock: ServerClock, bytesPerSecond: number) {
    super(clock, bytesPerSecond, secondMs);
  }
}
