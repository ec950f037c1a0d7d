import type { LoggedEvent, UnknownEvent } from "@runwire/protocol";
import type { StoredEvent } from "@runwire/store";

/** An event on its way out: its text as the log keeps it, and the same parsed, for merging. */
export interface LogEntry {
  readonly offset: number;
  /** As it was encoded, without `offset`. */
  readonly json: string;
  /** The text parsed, with `offset`. */
  readonly event: LoggedEvent | UnknownEvent;
  /** The log has lost the event, and this stands in its place. */
  readonly isLost?: true;
}

/** Parses what the store gave. A row that is no event any more keeps its place, and says so. */
export function toEntry({ offset, json, runId, isLost }: StoredEvent): LogEntry {
  const event = parseEvent(json);
  if (event) {
    // Parsed just now and nobody else's yet: no copy is needed, which a long history would make of every event.
    const entry = { offset, json, event: Object.assign(event, { offset }) };
    return isLost ? { ...entry, isLost } : entry;
  }
  const custom = { type: "custom", name: "runwire:unreadable", time: 0 } as const;
  const unreadable = runId === undefined ? custom : { ...custom, runId };
  return {
    ...{ offset, json: JSON.stringify(unreadable), event: { ...unreadable, offset } },
    isLost: true,
  };
}

function parseEvent(json: string): LoggedEvent | undefined {
  try {
    const value: unknown = JSON.parse(json);
    // What the log holds was checked when it was appended; only a torn row is something else.
    return json.startsWith("{") && Object.hasOwn(Object(value), "type")
      ? (value as LoggedEvent)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The text of an event with its offset, as subscribers see it. */
export function withOffset(json: string, offset: number): string {
  return `{"offset":${offset},${json.slice(1)}`;
}
