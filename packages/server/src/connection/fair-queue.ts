/** Waits in lines, one for each who waits: everybody's first comes before anybody's second. */
export class FairQueue<Item> {
  readonly #lines = new Map<unknown, Set<Item>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many wait in this line. */
  sizeOf(who: unknown): number {
    return this.#lines.get(who)?.size ?? 0;
  }

  push(who: unknown, item: Item): void {
    this.#lines.set(who, (this.#lines.get(who) ?? new Set()).add(item));
    this.#size += 1;
  }

  /** Takes an item back; one that is not there any more changes nothing. */
  remove(who: unknown, item: Item): void {
    const line = this.#lines.get(who);
    if (!line?.delete(item)) return;
    this.#size -= 1;
    if (line.size === 0) this.#lines.delete(who);
  }

  /** Takes the first item of the line whose turn it is; that line is the last one then. */
  shift(): Item | undefined {
    for (const [who, line] of this.#lines) {
      const [item] = line;
      this.#lines.delete(who);
      if (item === undefined) continue;
      line.delete(item);
      this.#size -= 1;
      if (line.size > 0) this.#lines.set(who, line);
      return item;
    }
    return undefined;
  }
}
