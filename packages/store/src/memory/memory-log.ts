import type {
  ChannelHead,
  EncodedEvent,
  ReadRequest,
  StoredEvent,
  StoredPage,
} from "../event-store.js";
import { takeBytes, throughOf } from "../rows/page.js";

/** The events of one channel: all from the floor on, and below it the latest of each name and key. */
export class MemoryLog {
  floor = 1;
  #kept: readonly StoredEvent[] = [];
  #events: StoredEvent[] = [];
  /** How many bytes of text the channel has had up to and including each of these events. */
  #totals: number[] = [];
  /** The same before the floor. */
  #totalBefore = 0;
  readonly #byRun = new Map<string, StoredEvent[]>();
  /** Of the channel's own keyed events, by name and key. */
  readonly #keyed = new Map<string, StoredEvent[]>();

  get head(): number {
    return this.floor - 1 + this.#events.length;
  }

  append({ event, json }: EncodedEvent): void {
    const { runId } = event;
    const stored = { offset: this.head + 1, ...(runId === undefined ? {} : { runId }), json };
    this.#events.push(stored);
    this.#totals.push(this.#total + Buffer.byteLength(json));
    if (runId !== undefined) pushTo(this.#byRun, runId, stored);
    else if (event.type === "custom" && event.key !== undefined)
      pushTo(this.#keyed, JSON.stringify([event.name, event.key]), stored);
  }

  /** The event at an offset, where it is kept. */
  at(offset: number): StoredEvent | undefined {
    if (offset >= this.floor) return this.#events[offset - this.floor];
    return this.#kept.find((event) => event.offset === offset);
  }

  /** Bytes of the texts from an offset on that is not below the floor. */
  bytesFrom(offset: number): number {
    const before = this.#totals[offset - this.floor - 1] ?? this.#totalBefore;
    return this.#total - before;
  }

  get #total(): number {
    return this.#totals.at(-1) ?? this.#totalBefore;
  }

  read(request: ReadRequest, { epoch, offset, floor }: ChannelHead): StoredPage {
    const { after, limit, runId } = request;
    const found =
      runId === undefined ? this.#after(after, limit) : this.#ofRunAfter(runId, after, limit);
    const slice = takeBytes([found], (event) => event, request.maxBytes);
    return {
      epoch,
      offset,
      floor,
      through: throughOf(slice, request, offset),
      events: slice.events,
    };
  }

  #after(after: number, limit: number): readonly StoredEvent[] {
    const below = firstAfter(this.#kept, after);
    const kept = this.#kept.slice(below, below + limit);
    const start = Math.max(after + 1 - this.floor, 0);
    return [...kept, ...this.#events.slice(start, start + limit - kept.length)];
  }

  #ofRunAfter(runId: string, after: number, limit: number): readonly StoredEvent[] {
    const events = this.#byRun.get(runId) ?? [];
    const start = firstAfter(events, after);
    return events.slice(start, start + limit);
  }

  latestCustom(upTo: number): readonly StoredEvent[] {
    const latest = [...this.#keyed.values()].map((events) =>
      events.findLast(({ offset }) => offset <= upTo),
    );
    return latest.filter((event) => event !== undefined).toSorted(byOffset);
  }

  /** `keepsRun` says of which runs the rows stay: the others are no longer found by their name. */
  trim(floor: number, keepsRun: (runId: string) => boolean): void {
    this.#totalBefore = this.#totals.splice(0, floor - this.floor).at(-1) ?? this.#totalBefore;
    const below = [...this.#kept, ...this.#events.splice(0, floor - this.floor)];
    const latest = new Set([...this.#keyed.values()].map((events) => events.at(-1)));
    this.#kept = below.filter((event) => latest.has(event));
    this.floor = floor;
    for (const runId of [...this.#byRun.keys()]) if (!keepsRun(runId)) this.#byRun.delete(runId);
    forget(this.#keyed, (event) => event.offset >= floor || latest.has(event));
  }
}

/** The index of the first event above an offset. Halves what is left: a long run is read page by page. */
function firstAfter(events: readonly StoredEvent[], after: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.offset ?? after) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}

function pushTo(lists: Map<string, StoredEvent[]>, key: string, event: StoredEvent): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [event]);
  else list.push(event);
}

function forget(lists: Map<string, StoredEvent[]>, isKept: (event: StoredEvent) => boolean): void {
  for (const [key, list] of lists) {
    const rest = list.filter(isKept);
    if (rest.length === 0) lists.delete(key);
    else lists.set(key, rest);
  }
}

function byOffset(one: StoredEvent, other: StoredEvent): number {
  return one.offset - other.offset;
}
