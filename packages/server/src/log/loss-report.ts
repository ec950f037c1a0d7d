import type { Logger } from "../logger.js";

interface Readable {
  readonly offset: number;
  readonly isLost?: true;
}

/** Places that are remembered as told; a log that has lost more tells some of them again. */
const maxTold = 10_000;

/** Tells the logger once of each event that the log has lost: where it was, and nothing of what it was. */
export class LossReport {
  readonly #logger: Logger;
  readonly #told = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Looks through what was read of a channel. */
  note(channel: string, read: readonly Readable[]): void {
    const lost = read.filter(({ isLost }) => isLost).map(({ offset }) => offset);
    const fresh = lost.filter((offset) => this.#isNew(channel, offset));
    if (fresh.length === 0) return;
    const where = toRanges(fresh).join(", ");
    this.#logger.error(
      `the store has lost events of channel ${channel}, at offset ${where}; runwire:unreadable stands in their place`,
    );
  }

  #isNew(channel: string, offset: number): boolean {
    const place = `${channel}\n${offset}`;
    if (this.#told.has(place)) return false;
    if (this.#told.size >= maxTold) this.#told.clear();
    this.#told.add(place);
    return true;
  }
}

/** Offsets that rise, as few words: 3–5, 9. */
function toRanges(offsets: readonly number[]): readonly string[] {
  const ranges: { first: number; last: number }[] = [];
  for (const offset of offsets) {
    const range = ranges.at(-1);
    if (range?.last === offset - 1) range.last = offset;
    else ranges.push({ first: offset, last: offset });
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}–${last}`));
}
