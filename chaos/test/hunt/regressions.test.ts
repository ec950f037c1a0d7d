import { expect, test } from "vitest";
import { playRegression, readRegressions } from "../../src/hunt/regressions.ts";

test("nothing that was found once is found again", { timeout: 120_000 }, async () => {
  for (const regression of readRegressions()) {
    const { anomalies } = await playRegression(regression);
    expect(anomalies, regression.about).toEqual([]);
  }
});
