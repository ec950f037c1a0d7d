import { FakeClock } from "@runwire/testing";

/** A clock that stands still, of a process whose turns end when the test says so. */
export class HeldTurns extends FakeClock {
  #held: (() => void)[] = [];

  override soon(callback: () => void): () => void {
    this.#held.push(callback);
    return () => {
      this.#held = this.#held.filter((each) => each !== callback);
    };
  }

  /** So much time passes within the turn: no timer rings, nothing else happens. */
  use(milliseconds: number): void {
    void this.stall(milliseconds);
  }

  /** Ends the turn: what was put off begins, with what each of them begins in between. */
  async endTurn(): Promise<void> {
    const held = this.#held;
    this.#held = [];
    for (const callback of held) {
      callback();
      await microtasks();
    }
  }
}

async function microtasks(): Promise<void> {
  for (let count = 0; count < 20; count += 1) await Promise.resolve();
}
