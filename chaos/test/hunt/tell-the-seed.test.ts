import fc from "fast-check";
import { expect, test } from "vitest";

test("a property that is being made small ends before its test is out of time, with its seed", {
  timeout: 1_500,
}, async () => {
  const slow = fc.asyncProperty(fc.array(fc.nat(), { minLength: 20, size: "max" }), async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    throw new Error("whatever it is");
  });
  await expect(fc.assert(slow, { seed: 7 })).rejects.toThrow(/seed: 7, path: "0[:\d]*"/);
});

test("one that is not over by then says how far it came", { timeout: 500 }, async () => {
  const endless = fc.asyncProperty(
    fc.nat(),
    () => new Promise((resolve) => setTimeout(resolve, 20)),
  );
  await expect(fc.assert(endless, { numRuns: 1_000 })).rejects.toThrow(
    /interrupted after \d+ tests/,
  );
});
