import { expect, test } from "vitest";
import { describeInChromium } from "../../../../scripts/testing/chromium.ts";
import { expectExactly, useStage } from "../support/disturbed-page.ts";
import { isCalling, isOver } from "../support/workbench-channel.ts";

describeInChromium("a worker that is killed", (browser) => {
  const stage = useStage(browser);

  test("leaves a run that its successor takes up and finishes", async () => {
    const { watcher, workbench, open } = stage();
    const { runId, page } = await open("Where is the orchard? Measure for 2 seconds");
    await watcher.until(runId, isCalling(watcher, "measure_reading"));
    await workbench.kill("worker");
    await expectExactly(stage(), page, runId);

    const run = await watcher.until(runId, isOver);
    const tools = run.parts.filter((part) => part.type === "tool");
    const interrupted = tools.filter(({ error }) => error?.name === "Interrupted");
    expect(run.status).toBe("success");
    expect(interrupted.map(({ toolCallId }) => toolCallId)).toContain("survey");
    for (const { error } of interrupted)
      expect(error?.message).toBe("The worker stopped while this tool ran.");
    // What was done is not done again; what was interrupted is, under another id.
    const ids = tools.map(({ toolCallId }) => toolCallId);
    const again = ids.filter((id) => id.endsWith(".2"));
    expect(again).toEqual(interrupted.map(({ toolCallId }) => `${toolCallId}.2`));
    const answers = run.parts.filter((part) => part.type === "message" && part.kind === "output");
    expect(answers).toHaveLength(1);
  }, 30_000);
});
