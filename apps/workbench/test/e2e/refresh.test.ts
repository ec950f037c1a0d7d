import { test } from "vitest";
import { describeInChromium } from "../../../../scripts/testing/chromium.ts";
import { expectExactly, useStage } from "../support/disturbed-page.ts";
import { isCalling } from "../support/workbench-channel.ts";

describeInChromium("a page that comes and goes", (browser) => {
  const stage = useStage(browser);

  test("shows the whole run after refreshes in the middle of it", async () => {
    const { watcher, open } = stage();
    const { runId, page } = await open("Where is the orchard? Measure for 2 seconds");
    await watcher.until(runId, isCalling(watcher, "measure_reading"));
    for (let times = 0; times < 3; times++) {
      await page.reload();
      await page.waitForSelector('article[data-status="running"]');
    }
    await expectExactly(stage(), page, runId);
  }, 20_000);

  test("shows the whole run after it was left and come back to", async () => {
    const { watcher, workbench, open } = stage();
    const { runId, page } = await open("Who wrote of apples? Measure for 2 seconds");
    await watcher.until(runId, isCalling(watcher, "measure_reading"));
    await page.getByRole("link", { name: "runwire workbench" }).click();
    await page.getByRole("heading", { name: "Ask a question about a folder" }).waitFor();
    await page.goto("about:blank");
    await page.goBack();
    await page.waitForURL(`${workbench.address}/`);
    await page.goBack();
    await expectExactly(stage(), page, runId);
  }, 20_000);
});
