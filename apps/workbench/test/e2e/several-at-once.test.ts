import { expect, test } from "vitest";
import { describeInChromium } from "../../../../scripts/testing/chromium.ts";
import { expectExactly, useStage } from "../support/disturbed-page.ts";
import { readShownRun } from "../support/read-page.ts";
import { ask, isCalling, isOver } from "../support/workbench-channel.ts";

describeInChromium("several at once", (browser) => {
  const stage = useStage(browser);

  test("two tabs show the same", async () => {
    const { workbench, open } = stage();
    const { runId, page } = await open("Where is the orchard? Measure for 1 second");
    const other = await page.context().newPage();
    await other.goto(`${workbench.address}/runs/${runId}`);
    await expectExactly(stage(), page, runId);
    await expectExactly(stage(), other, runId);
    expect(await readShownRun(other)).toEqual(await readShownRun(page));
  }, 20_000);

  test("three runs go on side by side, each to its own end", async () => {
    const { watcher, workbench, open } = stage();
    const { runId, page } = await open("How many apples? Measure for 1 second");
    const others = await Promise.all(
      ["orchard", "tree"].map((word) => ask(workbench.address, `${word} for 1 second`)),
    );
    const runIds = [runId, ...others];
    const runs = await Promise.all(runIds.map((id) => watcher.until(id, isOver)));
    const begun = Math.max(...runs.map(({ startedAt }) => startedAt));
    const ended = Math.min(...runs.map(({ completedAt }) => completedAt ?? 0));
    expect(begun).toBeLessThan(ended);
    for (const id of runIds) {
      await page.locator(`nav a[href="/runs/${id}"]`).click();
      await expectExactly(stage(), page, id);
    }
  }, 20_000);

  test("a run that is cancelled from its page ends, with the tool that was open", async () => {
    const { watcher, open } = stage();
    const { runId, page } = await open("Where is the orchard? Measure for 30 seconds");
    await watcher.until(runId, isCalling(watcher, "measure_reading"));
    await page.getByRole("button", { name: "Cancel" }).click();
    await expectExactly(stage(), page, runId);
    const run = await watcher.until(runId, isOver);
    const survey = run.parts.find((part) => part.type === "tool" && part.toolCallId === "survey");
    expect([run.status, survey?.type === "tool" && survey.status]).toEqual([
      "cancelled",
      "cancelled",
    ]);
    const inner = Object.values(watcher.state().runs).find((child) => child.parentRunId === runId);
    expect(inner?.status).toBe("cancelled");
  }, 20_000);
});
