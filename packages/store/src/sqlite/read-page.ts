import type { ReadRequest, StoredPage } from "../event-store.js";
import { type PageSlice, throughOf } from "../rows/page.js";
import type { Tables } from "./tables.js";

const nothing: PageSlice = { events: [], isFull: false };

/** A page of the log, or of one run's events. Inside a transaction. */
export function readPage({ channels, events, runs }: Tables, request: ReadRequest): StoredPage {
  const { channel: name, runId, after } = request;
  const channel = channels.find(name);
  if (channel === undefined) return { ...channels.head(name), through: after, events: [] };
  const { id, ...head } = channel;
  const run = runId === undefined ? undefined : runs.find(id, runId)?.id;
  const isUnknownRun = runId !== undefined && run === undefined;
  const slice = isUnknownRun ? nothing : events.read(id, request, run);
  return { ...head, through: throughOf(slice, request, head.offset), events: slice.events };
}
