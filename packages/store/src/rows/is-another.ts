import type { EncodedEvent, StoredEvent } from "../event-store.js";

/** What is kept of a channel, to compare with. */
export interface KeptEvents {
  /** The offset of the channel's latest event. */
  readonly head: number;
  at(offset: number): StoredEvent | undefined;
}

/**
 * Whether a publish that came again has other texts than were appended from `first` on. As far as anybody can tell: what
 * was trimmed or lost is no evidence, and one that has only the beginning of them looks the same.
 */
export function isAnother(events: readonly EncodedEvent[], first: number, kept: KeptEvents) {
  return events.some(({ json }, index) => {
    const stored = kept.at(first + index);
    if (stored === undefined) return first + index > kept.head;
    return stored.isLost !== true && stored.json !== json;
  });
}
