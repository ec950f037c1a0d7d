import type { DutyClaim } from "../event-store.js";

interface Duty {
  readonly holder: string;
  readonly heldUntil: number;
}

/** Who does what for all that share the store. */
export class MemoryDuties {
  readonly #duties = new Map<string, Duty>();

  claim({ duty, holder, forMs }: DutyClaim, now: number): boolean {
    const held = this.#duties.get(duty);
    if (held !== undefined && held.holder !== holder && held.heldUntil > now) return false;
    this.#duties.set(duty, { holder, heldUntil: now + forMs });
    return true;
  }
}
