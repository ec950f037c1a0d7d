import type { DatabaseSync } from "node:sqlite";
import type { DutyClaim } from "../event-store.js";
import { prepare } from "./statement.js";

/** Who does what for all that share the file. */
export class DutyRows {
  readonly #claim;

  constructor(database: DatabaseSync) {
    this.#claim = prepare(
      database,
      `INSERT INTO duties (duty, holder, held_until) VALUES (?1, ?2, ?3) ON CONFLICT (duty) DO UPDATE
       SET holder = excluded.holder, held_until = excluded.held_until
       WHERE duties.holder = excluded.holder OR duties.held_until <= ?4`,
    );
  }

  claim({ duty, holder, forMs }: DutyClaim, now: number): boolean {
    return Number(this.#claim.run(duty, holder, now + forMs, now).changes) > 0;
  }
}
