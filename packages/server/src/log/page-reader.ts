import type { StoredPage } from "@runwire/store";
import type { ReplayOptions } from "../options.js";
import type { EventLog } from "./event-log.js";
import { buildEventsFrame, type EventsFrame } from "./events-frame.js";

/** A page of history, merged, as everybody gets it who reads on from `frame.after`. */
export interface MergedPage {
  readonly epoch: string;
  /** The first offset that the log keeps whole. */
  readonly floor: number;
  /** The log's head when the page was read. */
  readonly head: number;
  readonly frame: EventsFrame;
}

/** Which page. */
export interface PageRequest {
  readonly channel: string;
  readonly epoch: string;
  readonly after: number;
  /** Read no further than this offset. */
  readonly upTo: number;
}

/** What a page costs beside its text, bytes. Short ones at the log's end are many. */
const overheadBytes = 1_024;

interface CachedPage {
  readonly channel: string;
  readonly after: number;
  readonly page: Promise<MergedPage>;
  /** What it costs; 0 while it is being read. */
  bytes: number;
  /** How far it reaches; nobody may take it who wants more. */
  end: number;
}

/**
 * Reads the log for those who are behind. Pages begin and end at the same offsets for everybody, are merged
 * once, and are kept for the next reader: 300 clients that come back at once cost one read for each page.
 *
 *   |── page ──|── page ──|── page ──|─ tail ─▶ head
 *        ▲ who comes back in the middle of a page reads its rest, and then the same pages as the others
 */
export class PageReader {
  readonly #log: EventLog;
  readonly #options: ReplayOptions;
  readonly #maxEventBytes: number;
  /** The least recently used first. */
  readonly #cached = new Map<string, CachedPage>();
  /** The keys of each channel and the log that they are of, so that forgetting one does not look at all others. */
  readonly #keysOf = new Map<string, { readonly epoch: string; readonly keys: Set<string> }>();
  #cachedBytes = 0;
  /** Pages that were read from the store. */
  reads = 0;

  constructor(log: EventLog, options: ReplayOptions, maxEventBytes: number) {
    this.#log = log;
    this.#options = options;
    this.#maxEventBytes = maxEventBytes;
  }

  /** @throws RunwireError `store_unavailable` */
  read(request: PageRequest): Promise<MergedPage> {
    const { pageEvents } = this.#options;
    const boundary = (Math.floor(request.after / pageEvents) + 1) * pageEvents;
    const end = Math.min(boundary, request.upTo);
    const key = `${request.channel}\n${request.epoch}\n${request.after}`;
    const known = this.#cached.get(key);
    if (known && known.end >= end) {
      this.#cached.delete(key);
      this.#cached.set(key, known);
      return known.page;
    }
    return this.#readInto(key, request, end);
  }

  /** Forgets the pages of a channel: those that begin below a floor that was raised, or all, where it is another log. */
  forget(channel: string, floor = Number.POSITIVE_INFINITY): void {
    for (const key of [...(this.#keysOf.get(channel)?.keys ?? [])])
      if ((this.#cached.get(key)?.after ?? 0) < floor - 1) this.#drop(key);
  }

  #readInto(key: string, request: PageRequest, end: number): Promise<MergedPage> {
    const { channel, after } = request;
    const page = this.#readMerged(request, end);
    const cached: CachedPage = { channel, after, page, bytes: 0, end };
    this.#drop(key);
    this.#cached.set(key, cached);
    this.#keysOfLog(request).add(key);
    cached.page.then(
      ({ epoch, head, frame }) => {
        if (this.#cached.get(key) !== cached) return;
        if (epoch !== request.epoch) return this.#drop(key);
        // A page that the byte limit cut short is whole all the same: who reads on begins where it ends.
        if (frame.offset < Math.min(head, cached.end)) cached.end = Number.POSITIVE_INFINITY;
        cached.bytes = frame.bytes.length + overheadBytes;
        this.#cachedBytes += cached.bytes;
        this.#evict();
      },
      () => this.#cached.get(key) === cached && this.#drop(key),
    );
    return cached.page;
  }

  /** Pages of the log that the channel had before are nobody's any more. */
  #keysOfLog({ channel, epoch }: PageRequest): Set<string> {
    const known = this.#keysOf.get(channel);
    if (known?.epoch === epoch) return known.keys;
    this.forget(channel);
    const keys = new Set<string>();
    this.#keysOf.set(channel, { epoch, keys });
    return keys;
  }

  async #readMerged({ channel, after }: PageRequest, end: number): Promise<MergedPage> {
    this.reads += 1;
    const page = await this.#log.store.read({
      channel,
      after,
      limit: Math.max(1, end - after),
      maxBytes: this.#options.pageBytes,
    });
    const offset = Math.max(after, Math.min(page.through, end));
    const events = page.events.filter((event) => event.offset <= offset);
    const entries = this.#log.toEntries(channel, events);
    const frame = buildEventsFrame({ channel, after, offset }, entries, this.#maxEventBytes);
    return { ...toHead(page), frame };
  }

  #drop(key: string): void {
    const cached = this.#cached.get(key);
    if (!cached) return;
    this.#cachedBytes -= cached.bytes;
    this.#cached.delete(key);
    const keys = this.#keysOf.get(cached.channel)?.keys;
    keys?.delete(key);
    if (keys?.size === 0) this.#keysOf.delete(cached.channel);
  }

  #evict(): void {
    for (const [key, { bytes }] of this.#cached) {
      if (this.#cachedBytes <= this.#options.cacheBytes) return;
      if (bytes > 0) this.#drop(key);
    }
  }
}

function toHead({ epoch, floor, offset }: StoredPage): Omit<MergedPage, "frame"> {
  return { epoch, floor, head: offset };
}
