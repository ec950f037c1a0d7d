const loneSurrogate = /\p{Surrogate}/gu;

/** What stands for half a character: the protocol takes none at the edge of a delta. */
export const REPLACEMENT = "\ufffd";

/**
 * Cuts a text that is a delta into deltas of at most `maxLength` code units (≥ 2): none begins or ends
 * inside a surrogate pair, nor with a lone half that looks like it.
 */
export function splitText(text: string, maxLength: number): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  while (text.length - start > maxLength) {
    const end = findCut(text, start, start + maxLength);
    // Nothing but broken halves: only without them is there a place to cut.
    if (end === start) return splitText(text.replace(loneSurrogate, REPLACEMENT), maxLength);
    pieces.push(text.slice(start, end));
    start = end;
  }
  return [...pieces, text.slice(start)];
}

/** A text of at most `maxLength` code units, with `…` at its end where something was cut. */
export function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return `${text.slice(0, findCut(text, 0, maxLength - 1))}…`;
}

/** The last place up to `from`, after `start`, where a text may be cut; `start` when there is none. */
function findCut(text: string, start: number, from: number): number {
  let place = from;
  while (place > start && !isBetweenCharacters(text, place)) place--;
  return place;
}

function isBetweenCharacters(text: string, place: number): boolean {
  return (
    (text.charCodeAt(place - 1) & 0xfc00) !== 0xd800 && (text.charCodeAt(place) & 0xfc00) !== 0xdc00
  );
}
