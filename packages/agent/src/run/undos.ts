/** What is undone when a run is over for this process: its lease is let go, its listeners are taken away. */
export class Undos {
  #waiting: (() => void)[] | undefined = [];

  /** Has `undo` called then, or now where that has been. */
  add(undo: () => void): void {
    if (this.#waiting) this.#waiting.push(undo);
    else undo();
  }

  /** Undoes all, once. */
  run(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const undo of waiting) undo();
  }
}
