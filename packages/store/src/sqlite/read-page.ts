import type { ChannelHead, ReadRequest, StoredEvent, StoredPage } from "../event-store.js";
import { type PageSlice, throughOf } from "../rows/page.js";
import { fillHoles, isInOrder, unreadableEvent } from "../rows/unreadable.js";
import type { EventRows } from "./event-rows.js";
import { isCorrupt } from "./storage-errors.js";
import type { Tables } from "./tables.js";

const nothing: PageSlice = { events: [], isFull: false };

/** A page of the log, or of one run's events. Inside a transaction. */
export function readPage(tables: Tables, request: ReadRequest): StoredPage {
  const { channels, events } = tables;
  const { channel: name, runId, after } = request;
  const channel = channels.find(name);
  if (channel === undefined) return { ...channels.head(name), through: after, events: [] };
  const { id, epoch, offset, floor } = channel;
  const head = { epoch, offset, floor };
  const slice =
    runId === undefined
      ? readChannel(events, id, head, request)
      : readRun(tables, id, runId, request);
  return { ...head, through: throughOf(slice, request, offset), events: slice.events };
}

/** The channel's own keyed events, the latest of each; one that is lost says so in its place. Inside a transaction. */
export function readLatestCustom(
  { events, keyed }: Tables,
  channel: number,
  upTo: number,
): readonly StoredEvent[] {
  return keyed
    .latest(channel, upTo)
    .map((offset) => readOne(events, channel, offset) ?? unreadableEvent(offset));
}

function readRun(
  { events, runs }: Tables,
  channel: number,
  runId: string,
  request: ReadRequest,
): PageSlice {
  const run = runs.find(channel, runId);
  if (run === undefined) return nothing;
  return events.readRun(channel, { id: run.id, stretch: run.stretch, last: run.row.last }, request);
}

/** What cannot be read has its place all the same: every offset from the floor on is in some page. */
function readChannel(
  rows: EventRows,
  channel: number,
  head: ChannelHead,
  request: ReadRequest,
): PageSlice {
  const { after, limit } = request;
  const slice = readRows(rows, channel, head, request);
  const last = Math.min(throughOf(slice, request, head.offset), head.offset);
  const events = fillHoles(slice.events, { first: Math.max(after + 1, head.floor), last, limit });
  return { events, isFull: slice.isFull };
}

function readRows(
  rows: EventRows,
  channel: number,
  head: ChannelHead,
  request: ReadRequest,
): PageSlice {
  try {
    const slice = rows.readChannel(channel, request);
    if (isInOrder(slice.events, request.after)) return slice;
  } catch (error) {
    if (!isCorrupt(error)) throw error;
  }
  return { events: readOneByOne(rows, channel, head, request), isFull: false };
}

/** A damaged page of the file hides the rows on it, and no others, from who asks for each. */
function readOneByOne(
  rows: EventRows,
  channel: number,
  { offset: head }: ChannelHead,
  { after, limit }: ReadRequest,
): readonly StoredEvent[] {
  const events: StoredEvent[] = [];
  for (let offset = after + 1; offset <= head && events.length < limit; offset++) {
    const event = readOne(rows, channel, offset);
    if (event !== undefined) events.push(event);
  }
  return events;
}

/** An event, or what stands in its place where the page that it lies on is damaged. */
export function readOne(rows: EventRows, channel: number, offset: number): StoredEvent | undefined {
  try {
    return rows.at(channel, offset);
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    return unreadableEvent(offset);
  }
}
