import type { MarkedEvent } from "../checker/history.ts";

/** What a bare client needs of an `events` message. */
export interface SeenEvents {
  readonly channel: string;
  readonly after: number;
  readonly offset: number;
  readonly events: number;
  /** Whether each event stands where it was written for: every one carries the offset that it must have. */
  readonly areInPlace: boolean;
  /** When the events were written, by `preciseNow`. */
  readonly writtenAt: readonly number[];
  /** The same events, for a history. */
  readonly marked: readonly MarkedEvent[];
}

/** Of the `n`th event that was written into a channel: no other event has it. */
export function toMark(channel: string, n: number): string {
  return `${channel}#${n}`;
}

/** An event of these measurements: `custom` of the channel itself, without key, so that none is ever merged. */
export interface MeasuredEvent {
  readonly offset: number;
  readonly data: { readonly n: number; readonly at: number };
}

const begin = Buffer.from('{"type":"events"');
/** Many clients of a channel get the same bytes, which are parsed once; their beginning names channel and range. */
const parsed = new Map<string, { readonly bytes: Buffer; readonly seen: SeenEvents }>();
const mostKept = 500;
const keyBytes = 100;

/** `undefined` for every other message. */
export function readEvents(payload: Buffer): SeenEvents | undefined {
  if (payload.compare(begin, 0, begin.length, 0, begin.length) !== 0) return undefined;
  const key = payload.toString("latin1", 0, keyBytes);
  const known = parsed.get(key);
  if (known?.bytes.equals(payload)) return known.seen;
  const seen = parse(payload);
  if (parsed.size >= mostKept) parsed.clear();
  parsed.set(key, { bytes: Buffer.from(payload), seen });
  return seen;
}

function parse(payload: Buffer): SeenEvents {
  const { channel, after, offset, events } = JSON.parse(payload.toString()) as {
    readonly channel: string;
    readonly after: number;
    readonly offset: number;
    readonly events: readonly MeasuredEvent[];
  };
  const areInPlace = events.every(
    (event, index) => event.offset === after + 1 + index && event.data.n === event.offset,
  );
  const writtenAt = events.map(({ data }) => data.at);
  const marked = events.map((event) => toMarked(channel, event));
  return { channel, after, offset, events: events.length, areInPlace, writtenAt, marked };
}

/** An event of {@link toMark}, as clients and stores have it. */
export function toMarked(channel: string, { offset, data }: MeasuredEvent): MarkedEvent {
  return { offset, marks: [toMark(channel, data.n)] };
}
