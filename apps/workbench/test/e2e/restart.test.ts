import { expect, test } from "vitest";
import { describeInChromium } from "../../../../scripts/testing/chromium.ts";
import { expectExactly, useStage } from "../support/disturbed-page.ts";
import { isCalling, isOver } from "../support/workbench-channel.ts";

describeInChromium("a workbench that is stopped in the middle of a run", (browser) => {
  const stage = useStage(browser);

  test("goes on with the run when it is started again, and the page says so meanwhile", async () => {
    const { watcher, open, pause } = stage();
    const { runId, page } = await open("Where is the orchard? Measure for 2 seconds");
    await watcher.until(runId, isCalling(watcher, "measure_reading"));
    await page.waitForSelector('[data-part="tool reading"]');
    const line = page.getByRole("banner").getByRole("status", { includeHidden: true });
    expect(await line.isHidden()).toBe(true);

    const start = await pause();
    await line.getByText(/^(Reconnecting, attempt \d+|Connecting …)/).waitFor();
    await line.getByRole("button", { name: "Retry now" }).click();
    await start();

    await expectExactly(stage(), page, runId);
    await line.waitFor({ state: "hidden" });
    expect((await watcher.until(runId, isOver)).status).toBe("success");
  }, 40_000);
});
