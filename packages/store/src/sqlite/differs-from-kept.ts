import type { AppendRequest } from "../event-store.js";
import { isAnother } from "../rows/is-another.js";
import { readOne } from "./read-page.js";
import type { Tables } from "./tables.js";

/**
 * Whether a publish that was known has other events than stand from `offset` on. Inside a transaction that only reads:
 * one that writes could not be committed after it met a damaged page.
 */
export function differsFromKept(
  { channels, events: rows }: Tables,
  request: Pick<AppendRequest, "channel" | "events">,
  { epoch, offset }: { readonly epoch: string; readonly offset: number },
): boolean {
  const channel = channels.find(request.channel);
  // Deleted since, and perhaps filled again: these are the events of another log.
  if (channel?.epoch !== epoch) return false;
  const at = (place: number) => readOne(rows, channel.id, place);
  return isAnother(request.events, offset, { head: channel.offset, at });
}
