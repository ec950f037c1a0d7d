import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import { BatchWindow } from "../../src/channels/batch-window.ts";
import { defaultServerOptions } from "../../src/options.ts";

/** A clock on which work takes time. */
class WorkClock extends FakeClock {
  #workedMs = 0;

  work(milliseconds: number): void {
    this.#workedMs += milliseconds;
  }

  override monotonic(): number {
    return super.monotonic() + this.#workedMs;
  }
}

const { windowMs, minWindowMs } = defaultServerOptions.batch;

/** Spends a share of a second on frames, a little in each tenth. */
async function spend(clock: WorkClock, window: BatchWindow, share: number): Promise<void> {
  for (let tenth = 0; tenth < 10; tenth += 1) {
    window.measure(() => clock.work(share * 100));
    await clock.advance((1 - share) * 100);
  }
}

test.each([
  [0, 25],
  [0.01, 25],
  [0.02, 68.75],
  [0.03, 112.5],
  [0.05, 200],
  [0.9, 200],
])("when %f of the last second went into frames a delta waits %f ms", async (share, expected) => {
  const clock = new WorkClock();
  const window = new BatchWindow(clock, { windowMs, minWindowMs });
  await spend(clock, window, share);
  // The second slides by tenths: the oldest may just have left it.
  const slack = (200 - 25) * (share / 10 / 0.04) + 0.001;
  expect(Math.abs(window.lengthMs - expected)).toBeLessThanOrEqual(slack);
});

test("a burst is forgotten a second after it", async () => {
  const clock = new WorkClock();
  const window = new BatchWindow(clock, { windowMs, minWindowMs });
  window.measure(() => clock.work(80));
  expect(window.lengthMs).toBe(200);
  await clock.advance(800);
  expect(window.lengthMs).toBe(200);
  await clock.advance(300);
  expect(window.lengthMs).toBe(25);
});

test("a long time without a frame counts as calm", async () => {
  const clock = new WorkClock();
  const window = new BatchWindow(clock, { windowMs, minWindowMs });
  await spend(clock, window, 0.5);
  await clock.advance(3_600_000);
  expect(window.lengthMs).toBe(25);
});

test("a window that is shorter than the shortest stays as it is", () => {
  const clock = new FakeClock();
  expect(new BatchWindow(clock, { windowMs: 10, minWindowMs: 25 }).lengthMs).toBe(10);
  expect(new BatchWindow(clock, { windowMs: 0, minWindowMs: 25 }).lengthMs).toBe(0);
});
