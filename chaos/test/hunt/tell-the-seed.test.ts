import fc from "fast-check";
import { expect, test } from "vitest";

const timeout = 60_000;

test("a property ends before its test is out of time", { timeout }, () => {
  const { interruptAfterTimeLimit = 0 } = fc.readConfigureGlobal();
  expect(interruptAfterTimeLimit).toBeGreaterThan(0);
  expect(interruptAfterTimeLimit).toBeLessThanOrEqual(0.8 * timeout);
});

test("one that ends while it is made small tells its seed and its path", { timeout }, async () => {
  const failing = fc.asyncProperty(fc.array(fc.nat(), { minLength: 20 }), async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    throw new Error("whatever it is");
  });
  const asserted = fc.assert(failing, { seed: 7, interruptAfterTimeLimit: 200 });
  await expect(asserted).rejects.toThrow(/seed: 7, path: "0[:\d]*"/);
});

test("one that ends before it has failed fails, and says how far it came", {
  timeout,
}, async () => {
  const endless = fc.asyncProperty(fc.nat(), () => new Promise((done) => setTimeout(done, 1)));
  const asserted = fc.assert(endless, { numRuns: 1e9, interruptAfterTimeLimit: 50 });
  await expect(asserted).rejects.toThrow(/interrupted after \d+ tests/);
});
