import type { Anomaly, EntryOf, History, MarkedEvent, StartOfReading } from "./history.ts";
import { entriesOf } from "./history.ts";
import type { MarkPlace, RecordedLog } from "./recorded-log.ts";

type Logs = ReadonlyMap<string, RecordedLog>;

/** What a subscriber was handed from one beginning to the next. */
interface Segment {
  readonly subscriber: string;
  readonly from: StartOfReading;
  /** What is older than the last runs may be left out. */
  readonly isPartial: boolean;
  readonly batches: (readonly MarkedEvent[])[];
  /** Where the log may begin for one who reads it from the start, by epoch. */
  readonly floors: ReadonlyMap<string, readonly number[]>;
  isAtRest: boolean;
}

/** Whether each subscriber was handed the log: from its start on, in order, gapless, once. */
export function checkDelivery(history: History, logs: Logs): readonly Anomaly[] {
  const [current] = entriesOf(history, "log").slice(-1);
  return toSegments(history).flatMap((segment) => checkSegment(segment, logs, current));
}

function toSegments(history: History): readonly Segment[] {
  const segments: Segment[] = [];
  const open = new Map<string, Segment>();
  const floors = new Map<string, number[]>();
  const begin = (subscriber: string, from: StartOfReading, isPartial: boolean) => {
    const segment = { subscriber, from, isPartial, batches: [], floors, isAtRest: false };
    open.set(subscriber, segment);
    segments.push(segment);
  };
  for (const entry of history) {
    if (entry.type === "trimmed")
      floors.set(entry.epoch, [...(floors.get(entry.epoch) ?? []), entry.floor]);
    if (entry.type === "subscribe") begin(entry.subscriber, entry.from, entry.runs !== undefined);
    if (entry.type === "reset")
      begin(entry.subscriber, "start", open.get(entry.subscriber)?.isPartial === true);
    if (entry.type === "handed") open.get(entry.subscriber)?.batches.push(entry.events);
    const segment = entry.type === "rest" ? open.get(entry.subscriber) : undefined;
    if (segment) segment.isAtRest = true;
  }
  return segments;
}

/** A subscriber is not told the epoch: its log is the one that explains best what it was handed. */
function checkSegment(
  segment: Segment,
  logs: Logs,
  current: EntryOf<"log"> | undefined,
): readonly Anomaly[] {
  const marks = segment.batches.flat().flatMap((event) => event.marks);
  const last = current && logs.get(current.epoch);
  if (marks.length === 0)
    return segment.isAtRest && !segment.isPartial && isMoreThan(segment.from, last)
      ? [{ name: "unseen", detail: `${segment.subscriber} was handed nothing` }]
      : [];
  const foreign = marks.filter(
    (mark) => ![...logs.values()].some(({ byMark }) => byMark.has(mark)),
  );
  if (foreign.length > 0)
    return [{ name: "aborted-read", detail: `${segment.subscriber} was handed ${foreign}` }];
  const verdicts = [...logs.values()].map((log) => [
    ...walk(segment, log),
    ...checkEnd(segment, log, last),
  ]);
  return verdicts.sort((one, other) => one.length - other.length)[0] ?? [];
}

/** Whether the log has more than somebody had who began there. From now on may be from the end on. */
function isMoreThan(from: StartOfReading, log: RecordedLog | undefined): boolean {
  const head = log?.places.at(-1)?.offset ?? 0;
  if (from === "now") return false;
  return from === "start" ? head > 0 : from.epoch === log?.epoch && from.offset < head;
}

function checkEnd(
  { isAtRest, isPartial, subscriber, batches }: Segment,
  log: RecordedLog,
  current: RecordedLog | undefined,
): readonly Anomaly[] {
  // The log's end may belong to a run that was left out.
  if (!isAtRest || isPartial || !current) return [];
  const end = current.places.at(-1);
  const has = batches.flat().some(({ marks }) => marks.some((mark) => mark === end?.mark));
  if (log === current && has) return [];
  return [{ name: "unseen", detail: `${subscriber} was never handed ${end?.mark}` }];
}

function walk(segment: Segment, log: RecordedLog): readonly Anomaly[] {
  const anomalies: Anomaly[] = [];
  const seen = new Set<number>();
  let position = -1;
  const say = (name: Anomaly["name"], what: string) =>
    anomalies.push({ name, detail: `${segment.subscriber} ${what} (${log.epoch})` });
  for (const batch of segment.batches) {
    const places = batch.map((event) => toPlaces(event, log));
    for (const [index, event] of batch.entries()) checkEvent(event, places[index] ?? []);
    if (!isAscending(batch.map(({ offset }) => offset)))
      say("nonmonotonic", "got a frame in disorder");
    // Merging moves marks to the first event that they were merged with, within a frame.
    for (const place of places.flat().sort((one, other) => one.index - other.index)) step(place);
  }
  return anomalies;

  function checkEvent({ offset, marks }: MarkedEvent, places: readonly MarkPlace[]): void {
    if (places.length < marks.length) say("silent-reset", `got ${marks}, which is another log's`);
    else if (places[0]?.offset !== offset) say("inconsistent-offset", `got ${marks} as ${offset}`);
    if (!isAscending(places.map(({ index }) => index))) say("nonmonotonic", `got ${marks}`);
  }

  function step({ index, mark, offset }: MarkPlace): void {
    if (seen.has(index)) say("duplicate", `got ${mark} twice`);
    else if (seen.size === 0) checkStart(offset);
    else if (index < position) say("nonmonotonic", `got ${mark} late`);
    else if (index > position + 1 && !segment.isPartial)
      say("poll-skip", `got nothing before ${mark}`);
    seen.add(index);
    position = Math.max(position, index);
  }

  function checkStart(offset: number): void {
    const { from, floors, isPartial } = segment;
    if (from === "now" || isPartial) return;
    const starts = from === "start" ? [1, ...(floors.get(log.epoch) ?? [])] : [from.offset + 1];
    if (starts.includes(offset)) return;
    if (offset < Math.min(...starts)) say("duplicate", `got ${offset}, before its start`);
    else say("poll-skip", `began at ${offset} instead of ${starts}`);
  }
}

function toPlaces({ marks }: MarkedEvent, log: RecordedLog): readonly MarkPlace[] {
  return marks.flatMap((mark) => log.byMark.get(mark) ?? []);
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0));
}
