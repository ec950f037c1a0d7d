import type { AppendResult, EncodedEvent } from "../event-store.js";
import { isAnother } from "../rows/is-another.js";
import type { ChannelRow } from "./channel-rows.js";
import { readOne } from "./read-page.js";
import type { Tables } from "./tables.js";

/** What a publish is answered whose events stand from `first` on, whatever it brings now. Inside a transaction. */
export function answerAsBefore(
  { events: rows }: Tables,
  { id, epoch, offset: head }: ChannelRow,
  first: number,
  events: readonly EncodedEvent[],
): AppendResult {
  const differs = isAnother(events, first, { head, at: (offset) => readOne(rows, id, offset) });
  return { status: "duplicate", epoch, offset: first, ...(differs && { differs }) };
}
