import { type Clock, systemClock } from "@runwire/protocol";

/** What a writer takes from the world around it; for tests. */
export interface Environment {
  /** @default the system's clock and timers */
  readonly clock: Clock;
  /** Names writers and runs, and spreads retries. @default `crypto.getRandomValues` */
  readonly randomBytes: (length: number) => Uint8Array;
}

/** Fills in what is not given. */
export function resolveEnvironment({
  clock = systemClock,
  randomBytes = (length) => crypto.getRandomValues(new Uint8Array(length)),
}: Partial<Environment>): Environment {
  return { clock, randomBytes };
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** A random name of 22 characters, 132 bits: fit for a run and for a writer. */
export function randomName({ randomBytes }: Pick<Environment, "randomBytes">): string {
  return Array.from(randomBytes(22), (byte) => alphabet[byte % 64]).join("");
}
