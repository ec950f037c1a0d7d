import { expect, test } from "vitest";
import { describeInChromium } from "../../../../scripts/testing/chromium.ts";
import { expectExactly, useStage } from "../support/disturbed-page.ts";
import { isCalling, isOver } from "../support/workbench-channel.ts";

describeInChromium("a server that is killed", (browser) => {
  const stage = useStage(browser);

  test("comes back, and the run and the page go on as if nothing had been", async () => {
    const { watcher, workbench, open } = stage();
    const { runId, page } = await open("Where is the orchard? Measure for 4 seconds");
    await watcher.until(runId, isCalling(watcher, "measure_reading"));
    await workbench.kill("server");
    await expectExactly(stage(), page, runId);
    const run = await watcher.until(runId, isOver);
    expect(run.status).toBe("success");
    const tools = run.parts.filter((part) => part.type === "tool");
    expect(tools.map(({ status }) => status)).not.toContain("error");
  }, 30_000);
});
