import fc from "fast-check";
import { beforeEach } from "vitest";

/*
 * Runs before every test file. A property that fails is made small, and that may take longer than its test is given:
 * then all that is told is “timed out”, and the seed is lost. So every property ends a little before its test does.
 * One that has failed by then tells seed, path and the smallest case so far; one that has not says how far it came,
 * and fails, as it would have without this.
 */

/** How much of its time a test may use for properties; what is left is for telling. */
const share = 0.8;
// Tests may put their own clock in place of this one.
const now = performance.now.bind(performance);

let end = Number.POSITIVE_INFINITY;
beforeEach(({ task }) => {
  end = task.timeout > 0 ? now() + task.timeout * share : Number.POSITIVE_INFINITY;
});

fc.configureGlobal({
  markInterruptAsFailure: true,
  // Read when a property begins: a test with two of them has one end.
  get interruptAfterTimeLimit() {
    return Math.max(0, end - now());
  },
});
