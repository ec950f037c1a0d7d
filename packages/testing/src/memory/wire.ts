/** Tells when the next thing arrives: calls `arrive` once for each call of its own. */
export type Delivery = (arrive: () => void) => void;

/** Who holds a wire: a test, or the end that does not read. */
type Holder = "test" | "reader";

/** One direction between two ends in memory: what is sent arrives later, in order, or when the wire is let go. */
export class Wire {
  readonly #deliver: Delivery;
  readonly #onTheWay: (() => void)[] = [];
  /** How many of them may arrive by now. */
  #due = 0;
  readonly #holders = new Set<Holder>();
  #isCut = false;

  constructor(deliver: Delivery) {
    this.#deliver = deliver;
  }

  send(arrival: () => void): void {
    if (this.#isCut) return;
    this.#onTheWay.push(arrival);
    this.#deliver(() => {
      this.#due += 1;
      this.#flush();
    });
  }

  hold(holder: Holder): void {
    this.#holders.add(holder);
  }

  letGo(holder: Holder): void {
    this.#holders.delete(holder);
    this.#flush();
  }

  /** Nothing arrives any more, what is on the way neither. */
  cut(): void {
    this.#isCut = true;
    this.#onTheWay.length = 0;
  }

  #flush(): void {
    while (this.#due > 0 && this.#holders.size === 0 && !this.#isCut) {
      this.#due -= 1;
      this.#onTheWay.shift()?.();
    }
  }
}
