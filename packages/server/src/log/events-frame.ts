import { mergeEvents } from "@runwire/protocol";
import type { SharedMessage } from "../socket.js";
import { type LogEntry, withOffset } from "./entry.js";

/** The range that a frame covers. */
export interface FrameRange {
  readonly channel: string;
  readonly after: number;
  readonly offset: number;
}

/** What the longest header of a WebSocket frame takes. */
const frameHeadroom = 10;

/** An `events` message, made once for everybody who stands at `after`. */
export class EventsFrame implements SharedMessage {
  readonly after: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
  #headroom: number = frameHeadroom;
  #maker: unknown;
  #made: unknown;

  constructor({ after, offset }: FrameRange, text: string) {
    this.after = after;
    this.offset = offset;
    const buffer = Buffer.allocUnsafe(frameHeadroom + Buffer.byteLength(text));
    buffer.write(text, frameHeadroom);
    this.bytes = buffer.subarray(frameHeadroom);
  }

  as<Made>(make: (bytes: Uint8Array, headroom: number) => Made): Made {
    if (this.#maker !== make) {
      this.#made = make(this.bytes, this.#headroom);
      this.#maker = make;
      // It is the first transport's: what that wrote there may still be on its way.
      this.#headroom = 0;
    }
    // Made by this very function.
    return this.#made as Made;
  }
}

/** Builds an `events` message; what can be merged is, within `maxEventBytes` for each event. */
export function buildEventsFrame(
  range: FrameRange,
  entries: readonly LogEntry[],
  maxEventBytes: number,
): EventsFrame {
  const { channel, after, offset } = range;
  const events = toMergedTexts(entries, maxEventBytes).join(",");
  // Names of channels need no escape.
  const head = `{"type":"events","channel":"${channel}","after":${after},"offset":${offset}`;
  return new EventsFrame(range, `${head},"events":[${events}]}`);
}

/** The text of every event, merged ones written anew, all others as they were encoded. */
function toMergedTexts(entries: readonly LogEntry[], maxEventBytes: number): readonly string[] {
  if (entries.length < 2) return entries.map(({ json, offset }) => withOffset(json, offset));
  const merged = mergeEvents(
    entries.map((entry) => entry.event),
    { maxEventBytes },
  );
  // What was not merged is the same object still; all stand in the order of their offsets, and one has that of its first.
  let place = 0;
  return merged.map((event) => {
    while (entries[place] && entries[place]?.offset !== event.offset) place += 1;
    const entry = entries[place];
    return entry?.event === event ? withOffset(entry.json, entry.offset) : JSON.stringify(event);
  });
}
