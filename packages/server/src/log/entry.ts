import type { LoggedEvent, UnknownEvent } from "@runwire/protocol";
import type { StoredEvent } from "@runwire/store";

/** An event on its way out: its text as the log keeps it, and the same parsed, for merging. */
export interface LogEntry {
  readonly offset: number;
  /** As it was encoded, without `offset`. */
  readonly json: string;
  /** The text parsed, with `offset`. */
  readonly event: LoggedEvent | UnknownEvent;
}

/** Parses what the store gave. A row that is no JSON any more keeps its place, and says so. */
export function toEntry({ offset, json, runId }: StoredEvent): LogEntry {
  try {
    // What the log holds was checked when it was appended.
    return { offset, json, event: { ...(JSON.parse(json) as LoggedEvent), offset } };
  } catch {
    const custom = { type: "custom", name: "runwire:unreadable", time: 0 } as const;
    const event = runId === undefined ? custom : { ...custom, runId };
    return { offset, json: JSON.stringify(event), event: { ...event, offset } };
  }
}

/** The text of an event with its offset, as subscribers see it. */
export function withOffset(json: string, offset: number): string {
  return `{"offset":${offset},${json.slice(1)}`;
}
