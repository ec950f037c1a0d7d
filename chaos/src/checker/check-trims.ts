import { type Anomaly, type AppendedEvent, entriesOf, type History } from "./history.ts";

interface RunBounds {
  readonly first: number;
  hasEnded: boolean;
}

/** Whether whole runs went each time that the beginning of a log did, and none that goes on. */
export function checkTrims(history: History): readonly Anomaly[] {
  const anomalies: Anomaly[] = [];
  const logs = new Map(
    entriesOf(history, "appended").map(({ epoch }) => [epoch, new Map<string, RunBounds>()]),
  );
  for (const entry of history) {
    if (entry.type === "appended")
      for (const event of entry.events) noteBound(logs.get(entry.epoch), event);
    if (entry.type === "trimmed") check(entry.epoch, entry.floor);
  }
  return anomalies;

  function check(epoch: string, floor: number): void {
    const runs = logs.get(epoch) ?? new Map<string, RunBounds>();
    for (const [runId, { first, hasEnded }] of runs)
      if (first < floor && !hasEnded) say(`${runId} goes on, and began at ${first}`);
    // Of a history that does not say where runs begin this cannot be said.
    if (runs.size > 0 && ![...runs.values()].some(({ first }) => first === floor))
      say("no run begins there");

    function say(detail: string): void {
      anomalies.push({ name: "torn-run", detail: `trimmed to ${epoch}:${floor}: ${detail}` });
    }
  }
}

function noteBound(
  runs: Map<string, RunBounds> | undefined,
  { runId = "", bound, offset }: AppendedEvent,
): void {
  if (bound === "start") runs?.set(runId, { first: offset, hasEnded: false });
  const run = bound === "end" ? runs?.get(runId) : undefined;
  if (run) run.hasEnded = true;
}
