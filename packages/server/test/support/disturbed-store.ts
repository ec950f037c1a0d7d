import { type LoggedEvent, RunwireError } from "@runwire/protocol";
import { type AppendRequest, createMemoryStore, type EventStore } from "@runwire/store";

type Method = "append" | "head" | "read";

/**
 * A store whose answers come late, in any order, or not at all, and whose hints are lost, doubled or late; by a
 * random stream, so that a run can be repeated. `base` is the same log without any of that: another process.
 */
export class DisturbedStore {
  readonly base: EventStore = createMemoryStore();
  /** Everything that was ever appended, by epoch, whoever did it. */
  readonly history = new Map<string, LoggedEvent[]>();
  /** What a server under test gets. */
  readonly store: EventStore;
  /** From now on everything works at once. */
  isCalm = false;
  readonly #random: () => number;
  readonly #held: (() => void)[] = [];

  constructor(random: () => number) {
    this.#random = random;
    const { base } = this;
    const append = base.append.bind(base);
    base.append = async (request) => {
      const result = await append(request);
      if (result.status === "appended") this.#remember(request, result);
      return result;
    };
    const disturbed: Pick<EventStore, Method | "watch"> = {
      append: (request) => this.#disturb(() => base.append(request)),
      head: (channel) => this.#disturb(() => base.head(channel)),
      read: (request) => this.#disturb(() => base.read(request)),
      watch: (listener) => base.watch((channel) => this.#hint(() => listener(channel))),
    };
    // The store's other methods stay its own: they need its `this`.
    this.store = new Proxy(base, {
      get: (target, name) => {
        if (Object.hasOwn(disturbed, name)) return disturbed[name as Method];
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }

  /** Lets one of those that wait go on. */
  release(nth: number): void {
    const index = this.#held.length === 0 ? 0 : nth % this.#held.length;
    this.#held.splice(index, 1)[0]?.();
  }

  releaseAll(): void {
    for (const go of this.#held.splice(0)) go();
  }

  #remember({ events }: AppendRequest, { epoch, offset }: { epoch: string; offset: number }): void {
    const logged = events.map(({ event }, index) => ({ ...event, offset: offset + index }));
    this.history.set(epoch, [...(this.history.get(epoch) ?? []), ...logged]);
  }

  async #disturb<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    const roll = this.isCalm ? 1 : this.#random();
    if (roll < 0.08) return this.#fail(roll < 0.04 ? ask : undefined);
    if (roll < 0.3) await this.#hold(); // it takes long until the storage is reached
    const answer = await ask();
    if (roll >= 0.2 && roll < 0.7) await this.#hold(); // it takes long until the answer is back
    return answer;
  }

  async #fail(first?: () => Promise<unknown>): Promise<never> {
    await first?.();
    await this.#hold();
    throw new RunwireError("store_unavailable", "the disk is somewhere else");
  }

  #hold(): Promise<void> {
    return new Promise((resolve) => this.#held.push(resolve));
  }

  #hint(tell: () => void): void {
    const roll = this.isCalm ? 1 : this.#random();
    if (roll < 0.3) return;
    if (roll < 0.5) this.#held.push(tell);
    else tell();
    if (roll > 0.8) tell();
  }
}

/** Numbers from 0 to 1, always the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
