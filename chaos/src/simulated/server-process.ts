import { createRunwireServer, type RetentionPolicy, type RunwireServer } from "@runwire/server";
import type { EventStore } from "@runwire/store";
import type { FakeClock } from "@runwire/testing";
import { MortalTimers } from "../application/mortal-timers.ts";
import { makeFaulty } from "./faulty-store.ts";

/** What a server stands in. */
export interface Surroundings {
  readonly clock: FakeClock;
  readonly random: () => number;
  isCalm(): boolean;
  mayDo(user: string): boolean;
  /** How long the application thinks about that, milliseconds. */
  thinkingMs(): number;
  /** What is to be kept; absent: nobody looks after that. */
  policy?(): RetentionPolicy | undefined;
  /** Of all that were ever started. */
  readonly number: number;
}

/** How soon a server asks again whether somebody may still see what they see, milliseconds. */
export const revalidateMs = 1_000;

/** How long credentials last, milliseconds. */
const tokenLifeMs = 90_000;

/** A server that can be killed: from then on nothing that it began goes on. */
export class ServerProcess {
  readonly server: RunwireServer;
  readonly number: number;
  readonly #timers: MortalTimers;
  #isDead = false;
  #welcomes = 0;

  constructor(
    store: EventStore,
    { clock, random, isCalm, mayDo, thinkingMs, policy, number }: Surroundings,
  ) {
    this.number = number;
    const isDead = () => this.#isDead;
    this.#timers = new MortalTimers(clock);
    const timers = this.#timers.clock;
    this.server = createRunwireServer({
      store: makeFaulty(store, { random, clock, isCalm, isDead }),
      ...{ clock: timers, random },
      authenticate: ({ token = "nobody" }) => ({ id: token, expiresAt: clock.now() + tokenLifeMs }),
      async authorize({ user }) {
        const answer = mayDo(user.id);
        const waitMs = thinkingMs();
        if (waitMs > 0) await new Promise<void>((resolve) => void timers.after(waitMs, resolve));
        return answer;
      },
      auth: { revalidateMs },
      ...(policy && { retention: policy }),
      // Small, so that a few events are many pages and a short hold makes a slow reader.
      batch: { maxEvents: 7 },
      replay: { pageEvents: 5, pageBytes: 2_000, cacheBytes: 5_000 },
      slowReader: { maxBufferedBytes: 2_000, resumeBelowBytes: 600 },
      drain: { spreadMs: 500, timeoutMs: 3_000 },
      limits: { messageRate: { perSecond: 1_000, burst: 10_000 } },
    });
  }

  /** The place of the next welcome among those of this server. */
  nextOrder(): number {
    this.#welcomes += 1;
    return this.#welcomes;
  }

  kill(): void {
    this.#isDead = true;
    this.#timers.stop();
  }

  get isDead(): boolean {
    return this.#isDead;
  }
}
