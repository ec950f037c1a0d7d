import type { DatabaseSync } from "node:sqlite";
import { prepare } from "./statement.js";

/** A number is never given again, so a name stays true; a page names few runs, and the next one the same. */
const maxNames = 10_000;

/** The names of runs, by the numbers that events keep. */
export class RunNames {
  readonly #find;
  readonly #names = new Map<number, string>();

  constructor(database: DatabaseSync) {
    this.#find = prepare<{ readonly name: string }>(
      database,
      "SELECT run_id AS name FROM runs WHERE id = ?",
    );
  }

  /** `json` is the event's text: it still says the name when the run's row was trimmed. */
  of(run: number, json: string): string {
    const known = this.#names.get(run);
    if (known !== undefined) return known;
    const name = this.#find.get(run)?.name ?? nameInside(json);
    if (this.#names.size >= maxNames) this.#names.clear();
    this.#names.set(run, name);
    return name;
  }
}

function nameInside(json: string): string {
  // Known: an event with a run's number was stored with the run's name in its text.
  return (JSON.parse(json) as { readonly runId: string }).runId;
}
