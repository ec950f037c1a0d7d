import { type Anomaly, entriesOf, type History } from "./history.ts";

/** Whether each run had one writer at a time, and whoever it was taken from has heard of it in the end. */
export function checkWriters(history: History): readonly Anomaly[] {
  return [...checkTurns(history), ...checkUnaware(history)];
}

/** Nothing of a writer comes into the log of a run after another one has taken it. */
function checkTurns(history: History): readonly Anomaly[] {
  const anomalies: Anomaly[] = [];
  const writers = new Map<string, string>();
  for (const entry of history) {
    if (entry.type === "taken") writers.set(entry.runId, entry.writer);
    // In another log it is begun again by whoever has had no answer yet.
    if (entry.type === "wiped") writers.clear();
    if (entry.type !== "appended") continue;
    for (const { runId = "", writer, marks } of entry.events) {
      const present = writers.get(runId) ?? writer;
      if (writer === undefined || writer === present) continue;
      const detail = `${marks} of ${runId} is by ${writer}, and ${present} had taken it`;
      anomalies.push({ name: "two-writers", detail });
    }
  }
  return anomalies;
}

/** Those from whom a run was taken, and whose signals say nothing of it. Their next renewal tells them. */
export function checkUnaware(history: History): readonly Anomaly[] {
  const lastWipe = history.findLastIndex(({ type }) => type === "wiped");
  const taken = entriesOf(history.slice(lastWipe + 1), "taken");
  const takers = new Map(taken.map(({ runId, writer }) => [runId, writer]));
  const unaware = new Map<string, string>();
  for (const entry of history) {
    if (entry.type !== "held" && entry.type !== "aborted") continue;
    const { runId, writer } = entry;
    const taker = takers.get(runId) ?? writer;
    if (entry.type === "held" && taker !== writer) unaware.set(`${writer} of ${runId}`, taker);
    if (entry.type === "aborted") unaware.delete(`${writer} of ${runId}`);
  }
  return [...unaware].map(([who, taker]) => ({
    name: "unaware-writer",
    detail: `${who} was not told that ${taker} has taken it`,
  }));
}
