/**
 * One run of 1,082 events, from an agent's call to a browser's screen:
 *
 *   worker's process ──▶ server's process (SQLite, fsync) ──▶ Chromium: useChannel, React, paint
 *
 * once as fast as a model streams (100 tokens a second) and once without any pause; beside it the same
 * events over hand-written `ws`, which keeps nothing. See `end-to-end/page/record-screens.ts` for what counts as
 * being on the screen.
 *
 *     pnpm bench end-to-end
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium, launchChromium } from "../../scripts/testing/chromium.ts";
import { buildPage } from "./end-to-end/build-page.ts";
import { measureRun, type RunResult, type Way } from "./end-to-end/measure-run.ts";
import type { Pace } from "./end-to-end/pacer.ts";
import { createPlainRun } from "./end-to-end/plain-run.ts";
import { playScript } from "./end-to-end/play-script.ts";
import { toReport, type WrittenEvents } from "./end-to-end/report.ts";

interface Case {
  readonly title: string;
  readonly way: Way;
  readonly pace: Pace;
  readonly results: RunResult[];
}

const repetitions = 3;
const paces: readonly Pace[] = ["model", "none"];
const ways: readonly Way[] = ["runwire", "plain"];

const found = findChromium();
if ("missing" in found) console.log(`SKIPPED: ${found.missing}`);
else await compareAll(found.path);

async function compareAll(chromium: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "runwire-bench-"));
  await using browser = await launchChromium(chromium);
  try {
    const page = join(folder, "page");
    await buildPage(page);
    const cases = createCases();
    // The browser's and the disk's first time is nobody's.
    for (const way of ways) await measure(way, "none");
    // Each repetition runs every case, so that a busy moment of the machine hits all of them.
    for (let repetition = 0; repetition < repetitions; repetition++)
      for (const { way, pace, results } of cases) results.push(await measure(way, pace));
    console.log(toReport(await countWritten(), cases));

    function measure(way: Way, pace: Pace): Promise<RunResult> {
      const data = mkdtempSync(join(folder, "data-"));
      return measureRun({ browser, way, pace, page, data });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`\n${describeMachine(browser.version())}`);
  const more = `Medians of ${repetitions} repetitions (least … most).`;
  console.log(`${more} To repeat it: \`pnpm bench end-to-end\`.\n`);
}

/** A load above the number of processors is in every latency. */
function describeMachine(chromium: string): string {
  const load = loadavg()[0]?.toFixed(1);
  const { length } = cpus();
  return `${length} processors, load ${load}; Node ${process.version}, Chromium ${chromium}.`;
}

function createCases(): readonly Case[] {
  return paces.flatMap((pace) =>
    ways.map((way) => ({
      title: `${way}, ${pace === "model" ? "100 tokens/s" : "no pause"}`,
      way,
      pace,
      results: [],
    })),
  );
}

async function countWritten(): Promise<WrittenEvents> {
  const texts: string[] = [];
  const start = async () => createPlainRun(crypto.randomUUID(), (json) => texts.push(json));
  await playScript(start, "none", () => performance.now());
  return {
    count: texts.length,
    bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
  };
}
