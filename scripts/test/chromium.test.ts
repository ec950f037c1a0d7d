import { expect, test } from "vitest";
import { describeInChromium, findChromium, isRequired } from "../testing/chromium.ts";

test("says which named browser does not exist instead of taking another", () => {
  expect(findChromium("/no/such/browser")).toEqual({
    missing: "RUNWIRE_CHROMIUM names /no/such/browser, which does not exist",
  });
});

test("requires the services of the list and no others", () => {
  expect(isRequired("chromium", "postgres, chromium")).toBe(true);
  expect(isRequired("chromium", "postgres")).toBe(false);
  expect(isRequired("chromium", "")).toBe(false);
});

describeInChromium("a real browser", (browser) => {
  test("runs a page", async () => {
    const page = await browser().newPage();
    expect(await page.evaluate(() => navigator.userAgent)).toContain("Chrome");
    await page.close();
  });
});
