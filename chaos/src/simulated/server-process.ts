import type { Clock } from "@runwire/protocol";
import { createRunwireServer, type RunwireServer } from "@runwire/server";
import type { EventStore } from "@runwire/store";
import type { FakeClock } from "@runwire/testing";
import { makeFaulty } from "./faulty-store.ts";

/** What a server stands in. */
export interface Surroundings {
  readonly clock: FakeClock;
  readonly random: () => number;
  isCalm(): boolean;
  mayDo(user: string): boolean;
}

/** How soon a server asks again whether somebody may still see what they see, milliseconds. */
export const revalidateMs = 1_000;

/** A server that can be killed: from then on nothing that it began goes on. */
export class ServerProcess {
  readonly server: RunwireServer;
  #isDead = false;

  constructor(store: EventStore, { clock, random, isCalm, mayDo }: Surroundings) {
    const isDead = () => this.#isDead;
    const timers = toMortal(clock, isDead);
    this.server = createRunwireServer({
      store: makeFaulty(store, { random, clock, isCalm, isDead }),
      ...{ clock: timers, random },
      authenticate: ({ token = "nobody" }) => ({ id: token }),
      authorize: ({ user }) => mayDo(user.id),
      auth: { revalidateMs },
      // Small, so that a few events are many pages and a short hold makes a slow reader.
      batch: { maxEvents: 7 },
      replay: { pageEvents: 5, pageBytes: 2_000, cacheBytes: 5_000 },
      slowReader: { maxBufferedBytes: 2_000, resumeBelowBytes: 600 },
      drain: { spreadMs: 500, timeoutMs: 3_000 },
      limits: { messageRate: { perSecond: 1_000, burst: 10_000 } },
    });
  }

  kill(): void {
    this.#isDead = true;
  }
}

/** The timers of a process end with it. */
function toMortal(clock: FakeClock, isDead: () => boolean): Clock & Pick<FakeClock, "soon"> {
  const whileAlive = (callback: () => void) => () => {
    if (!isDead()) callback();
  };
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after: (milliseconds, callback) => clock.after(milliseconds, whileAlive(callback)),
    soon: (callback) => clock.soon(whileAlive(callback)),
  };
}
