import { mergeEvents } from "@runwire/protocol";
import { type LogEntry, withOffset } from "./entry.js";

/** An `events` message, made once for everybody who stands at `after`. */
export interface EventsFrame {
  readonly after: number;
  readonly offset: number;
  /** UTF-8; shared between sockets, never changed. */
  readonly bytes: Uint8Array;
}

/** The range that a frame covers. */
export interface FrameRange {
  readonly channel: string;
  readonly after: number;
  readonly offset: number;
}

/** Builds an `events` message; what can be merged is, within `maxEventBytes` for each event. */
export function buildEventsFrame(
  { channel, after, offset }: FrameRange,
  entries: readonly LogEntry[],
  maxEventBytes: number,
): EventsFrame {
  const events = toMergedTexts(entries, maxEventBytes).join(",");
  // Names of channels need no escape.
  const head = `{"type":"events","channel":"${channel}","after":${after},"offset":${offset}`;
  return { after, offset, bytes: Buffer.from(`${head},"events":[${events}]}`) };
}

/** The text of every event, merged ones written anew, all others as they were encoded. */
function toMergedTexts(entries: readonly LogEntry[], maxEventBytes: number): readonly string[] {
  if (entries.length < 2) return entries.map(({ json, offset }) => withOffset(json, offset));
  const texts = new Map<unknown, LogEntry>(entries.map((entry) => [entry.event, entry]));
  const merged = mergeEvents(
    entries.map((entry) => entry.event),
    { maxEventBytes },
  );
  return merged.map((event) => {
    const entry = texts.get(event);
    return entry ? withOffset(entry.json, entry.offset) : JSON.stringify(event);
  });
}
