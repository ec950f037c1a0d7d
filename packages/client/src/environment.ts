import type { Clock } from "@runwire/protocol";

/** Calls `callback` once after `ms`, unless it is set again or cleared first. */
export interface Timer {
  set(ms: number, callback: () => void): void;
  clear(): void;
}

/** A timer that is one timer however often it is set. */
export function createTimer(clock: Clock): Timer {
  let clear = () => {};
  return {
    set(ms, callback) {
      clear();
      clear = clock.after(ms, callback);
    },
    clear: () => clear(),
  };
}

/** A name that nobody guesses and nobody else takes: 128 random bits. */
export function createRandomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
