import type { DatabaseSync } from "node:sqlite";
import type { ListRunsRequest, RunRow } from "../event-store.js";
import { selectRuns, toRunRow } from "./run-rows.js";
import { prepare } from "./statement.js";

/** Many runs at once. */
export class RunLists {
  readonly #openRoots;
  readonly #lapsed;
  readonly #rootsBefore;
  readonly #firstOfRoot;
  readonly #descendants;

  constructor(database: DatabaseSync) {
    this.#openRoots = selectRuns(
      database,
      `WHERE runs.channel = ?1 AND run_id IN
         (SELECT root_run_id FROM runs WHERE channel = ?1 AND status = 'running') ORDER BY first`,
    );
    this.#lapsed = selectRuns(
      database,
      "WHERE status = 'running' AND lease_until <= ? ORDER BY lease_until LIMIT ?",
    );
    this.#rootsBefore = selectRuns(
      database,
      "WHERE runs.channel = ? AND run_id = root_run_id AND first < ? ORDER BY first DESC LIMIT ?",
    );
    this.#firstOfRoot = prepare<{ readonly first: number }>(
      database,
      `SELECT root.first FROM runs JOIN runs AS root ON root.channel = runs.channel AND root.run_id = runs.root_run_id
       WHERE runs.channel = ? AND runs.run_id = ?`,
    );
    this.#descendants = selectRuns(
      database,
      "WHERE runs.channel = ? AND root_run_id = ? AND run_id <> root_run_id ORDER BY first DESC LIMIT ?",
    );
  }

  openRoots(channel: number): readonly RunRow[] {
    return this.#openRoots.all(channel).map(toRunRow);
  }

  lapsed(now: number, limit: number): readonly RunRow[] {
    return this.#lapsed.all(now, limit).map(toRunRow);
  }

  list(channel: number, { limit, before, maxDescendants = 1000 }: ListRunsRequest) {
    const end =
      before === undefined
        ? Number.MAX_SAFE_INTEGER
        : this.#firstOfRoot.get(channel, before)?.first;
    if (end === undefined) return { runs: undefined, more: false };
    const roots = this.#rootsBefore.all(channel, end, limit + 1).map(toRunRow);
    const runs = roots
      .slice(0, limit)
      .flatMap((root) => this.#family(channel, root, maxDescendants));
    return { runs, more: roots.length > limit };
  }

  #family(channel: number, root: RunRow, maxDescendants: number): readonly RunRow[] {
    const latest = this.#descendants.all(channel, root.runId, maxDescendants + 1).map(toRunRow);
    const descendants = latest.slice(0, maxDescendants).toReversed();
    if (latest.length <= maxDescendants) return [root, ...descendants];
    return [{ ...root, moreDescendants: true }, ...descendants];
  }
}
