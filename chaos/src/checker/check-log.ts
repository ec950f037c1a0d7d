import { type Anomaly, type EntryOf, entriesOf, type History } from "./history.ts";
import type { RecordedLog } from "./recorded-log.ts";

type Logs = ReadonlyMap<string, RecordedLog>;

/** Whether the log itself is one: gapless, each event once and unchanged, with all that was acknowledged. */
export function checkLog(history: History, logs: Logs): readonly Anomaly[] {
  const final = entriesOf(history, "log");
  return [
    ...[...logs.values()].flatMap((log) => [...checkOffsets(log), ...checkMarks(log)]),
    ...final.flatMap((log) => checkKept(log, logs.get(log.epoch))),
    ...checkAnswers(history, logs, final),
    ...checkRefusals(history, logs),
  ];
}

function checkOffsets({ epoch, byOffset }: RecordedLog): readonly Anomaly[] {
  const offsets = [...byOffset.keys()];
  const wrong = offsets.findIndex((offset, index) => offset !== index + 1);
  if (wrong < 0) return [];
  const detail = `event ${wrong + 1} of ${epoch} has the offset ${offsets[wrong]}`;
  return [{ name: "inconsistent-offset", detail }];
}

function checkMarks({ epoch, places, byMark }: RecordedLog): readonly Anomaly[] {
  return places
    .filter(({ mark, index }) => byMark.get(mark)?.index !== index)
    .map(({ mark, offset }) => ({
      name: "duplicate",
      detail: `${mark} is in ${epoch} at ${offset} and at ${byMark.get(mark)?.offset}`,
    }));
}

/** What the store has in the end is what it had when it took it. */
function checkKept(log: EntryOf<"log">, recorded: RecordedLog | undefined): readonly Anomaly[] {
  return log.events
    .filter(({ offset, marks }) => recorded?.byOffset.get(offset)?.marks.join() !== marks.join())
    .map(({ offset, marks }) => ({
      name: "inconsistent-offset",
      detail: `${log.epoch}:${offset} was ${recorded?.byOffset.get(offset)?.marks} and is ${marks}`,
    }));
}

function checkAnswers(
  history: History,
  logs: Logs,
  final: readonly EntryOf<"log">[],
): readonly Anomaly[] {
  const published = new Map(entriesOf(history, "publish").map((entry) => [entry.id, entry.marks]));
  const marksOf = new Map(
    final.map((log) => [log, new Set(log.events.flatMap((event) => event.marks))]),
  );
  return entriesOf(history, "published").flatMap(({ id, epoch, offset }): readonly Anomaly[] => {
    const marks = published.get(id) ?? [];
    const kept = final.find((log) => log.epoch === epoch && offset >= log.floor);
    const has = kept && marksOf.get(kept);
    const lost = has ? marks.filter((mark) => !has.has(mark)) : [];
    if (lost.length > 0)
      return [{ name: "lost-write", detail: `${lost} was answered ${epoch}:${offset}` }];
    const [first = ""] = marks;
    const place = logs.get(epoch)?.byMark.get(first);
    if (marks.length === 0 || place?.offset === offset) return [];
    if (!place) return [{ name: "lost-write", detail: `${first} was answered ${epoch}:${offset}` }];
    const detail = `${first} was answered ${offset} and is at ${place.offset}`;
    return [{ name: "inconsistent-offset", detail }];
  });
}

function checkRefusals(history: History, logs: Logs): readonly Anomaly[] {
  const read = [...toRefused(history)]
    .filter((mark) => [...logs.values()].some(({ byMark }) => byMark.has(mark)))
    .map(
      (mark) =>
        ({ name: "aborted-read", detail: `${mark} was refused and is in the log` }) as const,
    );
  // In a log that is new, a run may go on without what was written of it before.
  const isNew = history.some(({ type }) => type === "wiped");
  const wrong = entriesOf(history, "refused")
    .filter(({ code = "" }) => faults.includes(code) && !(isNew && code === "lifecycle_violation"))
    .map(({ id, code }) => ({ name: "wrong-refusal", detail: `${id}: ${code}` }) as const);
  return [...read, ...wrong];
}

/** What is never said to a writer who keeps the rules, as the library does. */
const faults: readonly string[] = [
  "lifecycle_violation",
  "invalid_event",
  "bad_message",
  "event_too_large",
];

/** The marks of what was refused by a store that knows of every try. */
function toRefused(history: History): ReadonlySet<string> {
  const open = new Map<string, readonly string[]>();
  const refused = new Map<string, readonly string[]>();
  const doubtful = new Set<string>();
  for (const entry of history) {
    if (entry.type === "publish") open.set(entry.id, entry.marks);
    // What was sent before may be in the log that was lost, and refused by the new one.
    if (entry.type === "wiped") for (const id of open.keys()) doubtful.add(id);
    // Whoever takes a run back may find there what was still on its way when it was not theirs.
    if (entry.type === "taken") forgetOf(entry.writer);
    if (entry.type !== "refused" || doubtful.has(entry.id)) continue;
    refused.set(entry.id, open.get(entry.id) ?? []);
  }
  return new Set([...refused.values()].flat());

  function forgetOf(writer: string): void {
    for (const id of refused.keys()) if (id.startsWith(`${writer}/`)) refused.delete(id);
  }
}
