import { join } from "node:path";
import { withRun } from "@runwire/agent";
import { createRunwireServer } from "@runwire/server";
import { createSqliteStore } from "@runwire/store/sqlite";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { describeInChromium } from "../../../../scripts/testing/chromium.ts";
import { CHANNEL } from "../../src/shared/question.ts";
import { useStage } from "../support/disturbed-page.ts";

const PARTS = 10_000;

/** Writes a run of 10,000 parts, notes and tool calls in turn, before the workbench is started. */
async function writeLongRun(dataFolder: string): Promise<void> {
  const store = createSqliteStore({ file: join(dataFolder, "runs.db"), durability: "normal" });
  const runwire = createRunwireServer({ store, access: "open-to-everyone" });
  await withRun(runwire, { channel: CHANNEL, runId: "long", agent: { name: "a" } }, async (run) => {
    for (let index = 0; index < PARTS; index += 2) {
      await run.think(`I look at part ${index}.`, { messageId: `m${index}` });
      await run.tool("look", { index }, () => ({ text: "a line\n".repeat(5), index }));
    }
  });
  await runwire.close();
  await store.close();
}

/** The time between frames while a person scrolls by 400 pixels in each: its 95th of 100, milliseconds. */
function measureScrolling(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const scroller = document.querySelector("main");
    if (!scroller) throw new Error("the page has no main");
    const nextFrame = () => new Promise<number>(requestAnimationFrame);
    const gaps: number[] = [];
    for (let last = await nextFrame(); gaps.length < 120; ) {
      scroller.scrollTop += 400;
      const now = await nextFrame();
      gaps.push(now - last);
      last = now;
    }
    return gaps.sort((one, other) => one - other)[114] ?? Number.NaN;
  });
}

describeInChromium("a run of 10,000 parts", (browser) => {
  const stage = useStage(browser, writeLongRun);

  test("is there whole, and scrolls without a stutter that one would see", async () => {
    const page = await (await stage().newContext()).newPage();
    await page.goto(`${stage().workbench.address}/runs/long`);
    await page.locator('[data-part="tool t5000"]').waitFor({ state: "attached", timeout: 15_000 });
    expect(await page.locator("[data-part]").count()).toBe(PARTS);
    // 60 frames a second take 17 ms each; on a machine that does other things, too, some take longer.
    expect(await measureScrolling(page)).toBeLessThan(100);
  }, 30_000);
});
