import { setTimeout as pass } from "node:timers/promises";
import { expect, test } from "vitest";
import { describeInChromium } from "../../../../scripts/testing/chromium.ts";
import { expectExactly, useStage } from "../support/disturbed-page.ts";
import { isCalling, isOver } from "../support/workbench-channel.ts";

const OFFLINE_MS = 10_000;

describeInChromium("a page without a network", (browser) => {
  const stage = useStage(browser);

  test("is complete again after ten seconds in which the run went on and ended", async () => {
    const { watcher, open } = stage();
    const { runId, page } = await open("Where is the orchard? Measure for 3 seconds");
    await watcher.until(runId, isCalling(watcher, "measure_reading"));
    await page.waitForSelector('[data-part="tool reading"]');
    // Open sockets are not closed by this: they only fall silent.
    await page.context().setOffline(true);
    await Promise.all([watcher.until(runId, isOver), pass(OFFLINE_MS)]);
    expect(await page.locator("article").getAttribute("data-status")).toBe("running");
    await page.context().setOffline(false);
    await expectExactly(stage(), page, runId);
  }, 30_000);
});
