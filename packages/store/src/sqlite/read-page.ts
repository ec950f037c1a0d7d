import type { ReadRequest, StoredPage } from "../event-store.js";
import { type PageSlice, throughOf } from "../rows/page.js";
import type { Tables } from "./tables.js";

const nothing: PageSlice = { events: [], isFull: false };

/** A page of the log, or of one run's events. Inside a transaction. */
export function readPage(tables: Tables, request: ReadRequest): StoredPage {
  const { channels, events } = tables;
  const { channel: name, runId, after } = request;
  const channel = channels.find(name);
  if (channel === undefined) return { ...channels.head(name), through: after, events: [] };
  const { id, epoch, offset, floor } = channel;
  const slice =
    runId === undefined ? events.readChannel(id, request) : readRun(tables, id, runId, request);
  const through = throughOf(slice, request, offset);
  return { epoch, offset, floor, through, events: slice.events };
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
