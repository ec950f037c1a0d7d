import { once } from "node:events";
import type { Anomaly } from "../checker/history.ts";
import { runScript } from "./run-script.ts";
import { type Outcome, pause, Stage } from "./stage.ts";

const channel = "exits";
const text = Array.from({ length: 50 }, (_, word) => `${word} `).join("");
/** Processes at once. */
const lanes = 2;

/** `await run.complete()`, and `process.exit(0)` in the next line, so often: every subscriber sees the end. */
export async function exitAfterEnd(times: number): Promise<Outcome> {
  const stage = await Stage.open();
  const anomalies: Anomaly[] = [];
  const watching = [stage.connect(), stage.connect()].map((client) => client.channel(channel));
  for (const each of watching) each.subscribe(() => {});
  let count = 0;

  async function work(): Promise<void> {
    for (let nth = ++count; nth <= times; nth = ++count) await runOnce(`r${nth}`);
  }

  async function runOnce(runId: string): Promise<void> {
    const child = runScript("exit-at-once.ts", [stage.server.url, channel, runId], "inherit");
    const [code] = await once(child, "close");
    if (code !== 0) anomalies.push({ name: "unclean-end", detail: `${runId} ended with ${code}` });
    const until = performance.now() + 15_000;
    const isSeen = () => watching.every((each) => isWhole(each.snapshot().state.runs[runId]));
    while (!isSeen() && performance.now() < until) await pause(5);
    if (!isSeen()) anomalies.push({ name: "unseen", detail: `the end of ${runId}` });
  }

  try {
    await Promise.all(Array.from({ length: lanes }, work));
    return { anomalies, figures: `${times - anomalies.length} of ${times} ends seen by everybody` };
  } finally {
    await stage.close();
  }
}

function isWhole(run: { readonly status: string; readonly parts: readonly object[] } | undefined) {
  const [part] = run?.parts ?? [];
  return run?.status === "success" && part !== undefined && "text" in part && part.text === text;
}
