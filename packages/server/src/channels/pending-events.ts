import type { LogEntry } from "../log/entry.js";
import type { BatchOptions } from "../options.js";

type Limits = Pick<BatchOptions, "maxEvents" | "maxBytes">;

/** Events that wait for the next frame. */
export class PendingEvents {
  readonly #limits: Limits;
  #entries: LogEntry[] = [];
  #bytes = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Whether there is enough for a frame. */
  get isFull(): boolean {
    return this.#entries.length >= this.#limits.maxEvents || this.#bytes >= this.#limits.maxBytes;
  }

  add(entry: LogEntry): void {
    this.#entries.push(entry);
    this.#bytes += Buffer.byteLength(entry.json);
  }

  /** Takes everything, in the portions that make a frame each. */
  take(): readonly (readonly LogEntry[])[] {
    const entries = this.#entries;
    this.clear();
    return toBatches(entries, this.#limits);
  }

  clear(): void {
    this.#entries = [];
    this.#bytes = 0;
  }
}

/** Parts entries so that none of the parts has more than the limits, but for one entry that is larger alone. */
export function toBatches(
  entries: readonly LogEntry[],
  { maxEvents, maxBytes }: Limits,
): readonly (readonly LogEntry[])[] {
  const batches: LogEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.json);
    const last = batches.at(-1);
    if (last && last.length < maxEvents && bytes + size <= maxBytes) {
      last.push(entry);
      bytes += size;
    } else {
      batches.push([entry]);
      bytes = size;
    }
  }
  return batches;
}
