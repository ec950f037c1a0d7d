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

/**
 * Those from whom a run was taken, and whose signals say nothing of it. Their next renewal tells them. Whoever was told
 * that its run has ended writes it no more and renews nothing, though a log that was lost may have taken the end along.
 */
export function checkUnaware(history: History): readonly Anomaly[] {
  const lastWipe = history.findLastIndex(({ type }) => type === "wiped");
  const taken = entriesOf(history.slice(lastWipe + 1), "taken");
  const takers = new Map(taken.map(({ runId, writer }) => [runId, writer]));
  const endsOf = findEnds(history);
  const unaware = new Map<string, string>();
  for (const entry of history) {
    if (entry.type === "published")
      for (const key of endsOf.get(entry.id) ?? []) unaware.delete(key);
    if (entry.type !== "held" && entry.type !== "aborted") continue;
    const { runId, writer } = entry;
    const taker = takers.get(runId) ?? writer;
    if (entry.type === "held" && taker !== writer) unaware.set(toKey(writer, runId), taker);
    if (entry.type === "aborted") unaware.delete(toKey(writer, runId));
  }
  return [...unaware].map(([who, taker]) => ({
    name: "unaware-writer",
    detail: `${who} was not told that ${taker} has taken it`,
  }));
}

/** Which runs each publish ended, by its id: that of its writer, and its own. */
function findEnds(history: History): ReadonlyMap<string, readonly string[]> {
  const ends = entriesOf(history, "appended")
    .flatMap(({ events }) => events)
    .filter(({ bound }) => bound === "end");
  const ended = new Map(
    ends.flatMap(({ marks, runId = "" }) => marks.map((mark) => [mark, runId] as const)),
  );
  return new Map(
    entriesOf(history, "publish").map(({ id, marks }) => {
      const [writer = ""] = id.split("/");
      const runIds = marks.flatMap((mark) => ended.get(mark) ?? []);
      return [id, runIds.map((runId) => toKey(writer, runId))];
    }),
  );
}

function toKey(writer: string, runId: string): string {
  return `${writer} of ${runId}`;
}
