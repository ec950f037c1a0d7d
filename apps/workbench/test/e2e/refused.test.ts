import { expect, onTestFinished, test } from "vitest";
import { describeInChromium } from "../../../../scripts/testing/chromium.ts";
import { useWorkbenchAlone } from "../support/disturbed-page.ts";
import { startHostChangingProxy } from "../support/host-changing-proxy.ts";

describeInChromium("a page whose origin is not allowed", (browser) => {
  const workbench = useWorkbenchAlone();

  test("[RW-CONN-15] says so to whoever looks at it, and stops trying", async () => {
    const proxy = await startHostChangingProxy(workbench().address);
    onTestFinished(proxy.close);
    const page = await browser().newPage();
    onTestFinished(() => page.close());
    await page.goto(`${proxy.address}/`);
    const status = page.locator('[role="status"][data-status="closed"]');
    await status.waitFor();
    expect(await status.innerText()).toContain("This page's Origin is not allowed; see origins.");
  }, 30_000);
});
