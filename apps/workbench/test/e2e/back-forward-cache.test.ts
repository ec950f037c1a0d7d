import type { Page } from "playwright";
import { afterEach, beforeEach, expect, test } from "vitest";
import { describeInChromium } from "../../../../scripts/testing/chromium.ts";
import { expectExactly, useStage } from "../support/disturbed-page.ts";
import { type KeptPage, openKeptPage } from "../support/kept-page.ts";
import { type WatchedWay, watchWay } from "../support/watched-way.ts";
import { ask, isCalling, isOver } from "../support/workbench-channel.ts";

describeInChromium(
  "a page in the back/forward cache",
  (browser) => {
    const stage = useStage(browser);
    let way: WatchedWay;
    let page: Page;
    let kept: KeptPage;
    let elsewhere: string;
    beforeEach(async () => {
      const { address } = stage().workbench;
      way = await watchWay(address);
      elsewhere = `${address}/favicon.svg`;
      page = await (await stage().newContext()).newPage();
    });
    afterEach(async () => {
      await page.close();
      await way.close();
    });

    /** A run that goes on, and the page that shows it. */
    async function open(question: string): Promise<string> {
      const { watcher, workbench } = stage();
      const runId = await ask(workbench.address, question);
      kept = await openKeptPage(page, `${way.address}/runs/${runId}`);
      await watcher.until(runId, isCalling(watcher, "measure_reading"));
      await page.waitForSelector('[data-part="tool reading"]');
      return runId;
    }

    test("says that it goes, is connected at once when it is shown, and has all that came meanwhile", async () => {
      const runId = await open("Where is the orchard? Measure for 3 seconds");
      for (let times = 1; times <= 2; times += 1) {
        await kept.untilConnected();
        await page.goto(elsewhere);
        await expect.poll(() => way.ends, { timeout: 10_000 }).toHaveLength(times);
        expect(await kept.comeBack()).toEqual({ isFromCache: true, openedInThatTurn: 1 });
      }
      // A close frame each time, without a code: browsers let no page say 1001.
      expect(way.ends).toEqual([1005, 1005]);
      await expectExactly(stage(), page, runId);
    }, 30_000);

    test("is whole where the run ended while nobody looked", async () => {
      const runId = await open("Who wrote of apples? Measure for 1 second");
      await kept.untilConnected();
      await page.goto(elsewhere);
      await stage().watcher.until(runId, isOver);
      expect(await kept.comeBack()).toEqual({ isFromCache: true, openedInThatTurn: 1 });
      await expectExactly(stage(), page, runId);
      expect(way.ends).toEqual([1005]);
    }, 30_000);
  },
  { keepsPages: true },
);
