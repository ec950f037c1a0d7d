import { RunwireError } from "@runwire/protocol";

/** Where an event belongs. */
export interface EventPlace {
  readonly channel: number;
  readonly offset: number;
  /** Of its run's row; `null` for the channel's own events. */
  readonly run: number | null;
}

/**
 * Channel and offset are one number in the table, `place`, and that is the key of its row: SQLite writes what comes
 * after everything else into new pages then, and a row beside its key would have it move those before, too (an append
 * of 50 events took a fifth longer).
 *
 *   place   channel, 27 bits │ offset, 36 bits
 */
const maxChannel = 2 ** 27 - 1;
const maxOffset = 2 ** 36 - 1;

/** SQL for the place of an event. */
export function placeOf(channel: string, offset: string): string {
  return `(${channel} << 36 | min(${offset}, ${maxOffset}))`;
}

/** SQL for the places of a channel, of all its events or from one offset up to another, both included. */
export function isPlaceOf(channel: string, first = "0", last = `${maxOffset}`): string {
  return `events.place BETWEEN ${placeOf(channel, first)} AND ${placeOf(channel, last)}`;
}

/** @throws RunwireError `store_full` for an event that would have the place of another channel's */
export function checkPlace({ channel, offset }: EventPlace): void {
  if (channel <= maxChannel && offset <= maxOffset) return;
  const what = channel > maxChannel ? `${maxChannel} channels` : `${maxOffset} events of a channel`;
  throw new RunwireError("store_full", `a file holds at most ${what}; go on in another one`);
}
