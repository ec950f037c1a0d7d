import { type AppendedEvent, entriesOf, type History } from "./history.ts";

/** A mark and where it stands among all marks of its log. */
export interface MarkPlace {
  readonly mark: string;
  readonly index: number;
  readonly offset: number;
  readonly at: number;
}

/** All that a log ever had, in its order, trimmed or not. */
export interface RecordedLog {
  readonly epoch: string;
  readonly places: readonly MarkPlace[];
  readonly byMark: ReadonlyMap<string, MarkPlace>;
  readonly byOffset: ReadonlyMap<number, AppendedEvent>;
}

/** The logs that were written, by epoch. */
export function recordLogs(history: History): ReadonlyMap<string, RecordedLog> {
  const appended = entriesOf(history, "appended");
  const epochs = new Set(appended.map(({ epoch }) => epoch));
  return new Map([...epochs].map((epoch) => [epoch, recordLog(history, epoch)]));
}

function recordLog(history: History, epoch: string): RecordedLog {
  const appended = entriesOf(history, "appended").filter((entry) => entry.epoch === epoch);
  const events = appended.flatMap((entry) =>
    entry.events.map((event) => ({ ...event, at: entry.at })),
  );
  const places = events
    .flatMap(({ marks, offset, at }) => marks.map((mark) => ({ mark, offset, at })))
    .map((place, index) => ({ ...place, index }));
  return {
    epoch,
    places,
    byMark: new Map(places.map((place) => [place.mark, place])),
    byOffset: new Map(events.map((event) => [event.offset, event])),
  };
}
