import type { Clock } from "@runwire/protocol";

/** A server's clock. */
export type TimerClock = Clock & { soon(callback: () => void): () => void };

/** The timers of a process: they end with it. */
export class MortalTimers {
  readonly #clock: TimerClock;
  readonly #undo = new Set<() => void>();

  constructor(clock: TimerClock) {
    this.#clock = clock;
  }

  readonly clock = {
    now: () => this.#clock.now(),
    monotonic: () => this.#clock.monotonic(),
    after: (milliseconds: number, callback: () => void) =>
      this.#keep((ring) => this.#clock.after(milliseconds, ring), callback),
    soon: (callback: () => void) => this.#keep((ring) => this.#clock.soon(ring), callback),
  };

  stop(): void {
    for (const undo of this.#undo) undo();
    this.#undo.clear();
  }

  #keep(set: (ring: () => void) => () => void, callback: () => void): () => void {
    const cancel = set(() => {
      this.#undo.delete(undo);
      callback();
    });
    const undo = () => {
      this.#undo.delete(undo);
      cancel();
    };
    this.#undo.add(undo);
    return undo;
  }
}
