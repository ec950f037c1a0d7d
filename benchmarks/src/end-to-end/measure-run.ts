import { EventEmitter, once } from "node:events";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Browser, Page } from "playwright";
import { rounds, wholeText } from "./agent-script.ts";
import { startChild } from "./child.ts";
import { type Latencies, measureLatencies } from "./latencies.ts";
import { type PageMessage, tellBenchmark, type Written } from "./marks.ts";
import type { Pace } from "./pacer.ts";
import { countWire, type Wire } from "./wire.ts";

/** How events reach the page: through runwire, or as one sends them by hand. */
export type Way = "runwire" | "plain";

export interface RunOptions {
  readonly browser: Browser;
  readonly way: Way;
  readonly pace: Pace;
  /** Where the built page is. */
  readonly page: string;
  /** An empty folder. */
  readonly data: string;
}

/** What one run took. */
export interface RunResult extends Latencies {
  readonly wire: Wire;
  /** Milliseconds from the first call of the agent until the end was on the screen. */
  readonly durationMs: number;
  /** The longest that this process, which mostly waits, was kept from running: nothing faster is to be expected of others. */
  readonly pauseMs: number;
}

/** One run: a server's process, a page that follows, and then an agent's process that writes. */
export async function measureRun({ browser, way, pace, ...paths }: RunOptions): Promise<RunResult> {
  const serverArgs = [paths.page, join(paths.data, "runs.db")];
  await using server = startChild<number>(`./${way}-server.ts`, serverArgs);
  const port = await server.message;
  await using page = await browser.newPage();
  const { ready, ended } = await listenTo(page);
  const wire = countWire(page);
  await page.goto(`http://127.0.0.1:${port}/#${way}`);
  await ready;
  await using worker = startChild<Written>(`./${way}-worker.ts`, [String(port), pace]);
  const pauses = monitorEventLoopDelay({ resolution: 5 });
  pauses.enable();
  const [written, screens] = await Promise.all([worker.message, ended]);
  pauses.disable();
  await checkPage(page);
  const durationMs = (screens.at(-1)?.at ?? Number.NaN) - written.startedAt;
  const pauseMs = pauses.max / 1e6;
  return { ...measureLatencies(written, screens), wire: wire(), durationMs, pauseMs };
}

/** How long a run may take until all of it is on the screen. */
const timeoutMs = 60_000;

/** Listens to what the page tells; both promises reject when it fails, or takes too long. */
async function listenTo(page: Page) {
  const told = new EventEmitter();
  await page.exposeFunction(tellBenchmark, (message: PageMessage) =>
    told.emit(message.type, message),
  );
  // A page that throws would never tell.
  page.on("pageerror", (error) => told.emit("error", error));
  // Both promises hear of it by themselves; once they are settled, nobody needs to.
  told.on("error", () => {});
  const signal = AbortSignal.timeout(timeoutMs);
  const ready = once(told, "ready", { signal });
  const ended = once(told, "ended", { signal }).then(
    // What `tell.ts` sends under that name.
    ([message]) => (message as Extract<PageMessage, { type: "ended" }>).screens,
  );
  // Awaited only later, after what fails for the same reason.
  ended.catch(() => {});
  return { ready, ended };
}

/** A fast page that shows something else would be worth nothing. */
async function checkPage(page: Page): Promise<void> {
  const text = (await page.locator("[data-kind]").allTextContents()).join("");
  const tools = await page.locator('[data-tool="success"] pre + pre').count();
  if (text !== wholeText || tools !== rounds.length)
    throw new Error("the page does not show what the agent wrote");
}
