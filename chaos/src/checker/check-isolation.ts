import { type Anomaly, entriesOf, type History } from "./history.ts";
import type { RecordedLog } from "./recorded-log.ts";

/** Whether somebody was handed what was written after they lost their right to see it, and the grace was over. */
export function checkIsolation(
  history: History,
  logs: ReadonlyMap<string, RecordedLog>,
): readonly Anomaly[] {
  const endOf = new Map(
    entriesOf(history, "revoked").map(({ user, at, graceMs }) => [user, at + graceMs]),
  );
  const users = new Map(
    entriesOf(history, "subscribe").map((entry) => [entry.subscriber, entry.user]),
  );
  return entriesOf(history, "handed").flatMap(({ subscriber, events }): readonly Anomaly[] => {
    const user = users.get(subscriber) ?? "";
    const until = endOf.get(user) ?? Number.POSITIVE_INFINITY;
    const marks = events.flatMap((event) => event.marks).filter((mark) => writtenAt(mark) > until);
    if (marks.length === 0) return [];
    return [{ name: "isolation", detail: `${subscriber} of ${user} got ${marks}` }];
  });

  /** A mark may stand in two logs: then the first one counts. */
  function writtenAt(mark: string): number {
    const times = [...logs.values()].flatMap(({ byMark }) => byMark.get(mark)?.at ?? []);
    return Math.min(...times);
  }
}
