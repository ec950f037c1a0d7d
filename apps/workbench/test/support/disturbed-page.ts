import type { Browser, BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, expect } from "vitest";
import { commitAll, createLastingFolder } from "./folders.ts";
import { toShownRun } from "./page-run.ts";
import { findBlemishes, readShownRun } from "./read-page.ts";
import { type RunningWorkbench, startWorkbench } from "./start-workbench.ts";
import { ask, foldLog, isOver, type Watcher, watchChannel } from "./workbench-channel.ts";

/** A workbench over a small repository, with somebody who watches it undisturbed. */
export interface Stage {
  readonly workbench: RunningWorkbench;
  readonly watcher: Watcher;
  /** The folder that questions are about. */
  readonly folder: string;
  /** Asks, and opens the run on a page of its own. */
  open(question: string): Promise<{ readonly runId: string; readonly page: Page }>;
  newContext(): Promise<BrowserContext>;
  /** Stops all of it as Ctrl-C does; the returned function starts it again at the same address. */
  pause(): Promise<() => Promise<void>>;
}

/** A workbench over an empty folder, with nobody who watches it. */
export function useWorkbenchAlone(): () => RunningWorkbench {
  let workbench: RunningWorkbench | undefined;
  const ends: (() => unknown)[] = [];
  beforeAll(async () => {
    const folder = createLastingFolder(ends, {});
    workbench = await startWorkbench(createLastingFolder(ends, {}), folder);
    ends.unshift(() => workbench?.stop());
  }, 30_000);
  afterAll(async () => {
    for (const end of ends) await end();
  });
  return () => {
    if (!workbench) throw new Error("the workbench is there only while a test runs");
    return workbench;
  };
}

/**
 * Sets the stage once for the tests of a file, and strikes it after them.
 *
 * @param prepare is given the folder of runs before the workbench is started
 */
export function useStage(
  browser: () => Browser,
  prepare?: (dataFolder: string) => Promise<void>,
): () => Stage {
  let stage: Stage | undefined;
  const ends: (() => unknown)[] = [];
  beforeAll(async () => {
    const folder = createLastingFolder(ends, repository());
    commitAll(folder, "plant the orchard");
    const data = createLastingFolder(ends, {});
    await prepare?.(data);
    let running = await startWorkbench(data, folder);
    const workbench = running;
    ends.unshift(() => running.stop());
    const watcher = watchChannel(workbench.address);
    ends.unshift(() => watcher.close());
    const newContext = async () => {
      const context = await browser().newContext({ reducedMotion: "reduce" });
      ends.unshift(() => context.close());
      return context;
    };
    const pause = async () => {
      await running.stop();
      return async () => {
        running = await startWorkbench(data, folder, new URL(workbench.address).port);
      };
    };
    stage = { workbench, watcher, folder, newContext, open, pause };

    async function open(question: string) {
      const runId = await ask(workbench.address, question);
      const page = await (await newContext()).newPage();
      await page.goto(`${workbench.address}/runs/${runId}`);
      return { runId, page };
    }
  }, 30_000);
  afterAll(async () => {
    for (const end of ends) await end();
  });
  return () => {
    if (!stage) throw new Error("the stage is there only while a test runs");
    return stage;
  };
}

/** Forty files in which the word “orchard” stands, and none of the words that a page must never show. */
function repository(): { readonly [path: string]: string } {
  const paths = Array.from({ length: 40 }, (_, index) => `src/part-${index + 1}.txt`);
  return Object.fromEntries(
    paths.map((path, index) => [path, `the orchard has a tree\nand ${index} apples\n`]),
  );
}

/**
 * Waits for the run's end and for the page to show it, and compares: what the page shows is what the log folds
 * to, and that is what the undisturbed watcher holds.
 */
export async function expectExactly({ watcher }: Stage, page: Page, runId: string): Promise<void> {
  await watcher.until(runId, isOver);
  const folded = await foldLog(watcher.client);
  await page.waitForSelector(`article[data-run="${runId}"]:not([data-status="running"])`, {
    timeout: 15_000,
  });
  expect(watcher.state().runs).toEqual(folded.runs);
  expect(await readShownRun(page)).toEqual(toShownRun(folded, runId));
  expect(await findBlemishes(page)).toEqual([]);
}
