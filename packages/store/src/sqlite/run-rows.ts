import type { DatabaseSync } from "node:sqlite";
import type { Agent, RunOutcome } from "@runwire/protocol";
import type { Actor, RunRow } from "../event-store.js";
import { prepare, type Statement } from "./statement.js";
import { fromText, toText } from "./text.js";

/** A run and its number, which `events` and `tools` name. */
export interface NumberedRun {
  readonly id: number;
  /** Since which offset the run alone has written, up to its latest event. */
  readonly stretch: number;
  readonly row: RunRow;
}

/** What never changes in a run, as one JSON text. */
interface About {
  readonly parentRunId?: string;
  readonly agent: Agent;
  readonly title?: string;
  readonly owner: Actor;
}

interface Columns {
  readonly id: number;
  readonly channel: string;
  readonly run_id: string;
  readonly root_run_id: string;
  readonly about: string;
  readonly status: "running" | RunOutcome;
  readonly started_at: number;
  readonly completed_at: number | null;
  readonly first: number;
  readonly last: number;
  readonly stretch: number;
  readonly writer: string;
  readonly lease_ms: number;
  readonly lease_until: number;
}

/** The runs of all channels, one by one; see `RunLists` for many at once. */
export class RunRows {
  readonly #database: DatabaseSync;
  readonly #find;
  readonly #insert;
  readonly #touch;
  readonly #update;
  readonly #extend;
  readonly #keepStretch;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#find = this.#select("WHERE runs.channel = ? AND run_id = ?");
    this.#insert = prepare<{ readonly id: number }>(
      database,
      `INSERT INTO runs (channel, run_id, root_run_id, about, status, started_at, completed_at, first, last, stretch, writer, lease_ms, lease_until)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
    );
    // Without `status`: naming it would rewrite the index of open runs at every append.
    this.#touch = prepare(
      database,
      "UPDATE runs SET last = ?, stretch = ?, writer = ?, lease_until = ? WHERE id = ?",
    );
    this.#update = prepare(
      database,
      "UPDATE runs SET last = ?, stretch = ?, status = ?, completed_at = ?, lease_until = ? WHERE id = ?",
    );
    this.#keepStretch = prepare(
      database,
      "INSERT INTO stretches (run, last, first) VALUES (?, ?, ?)",
    );
    this.#extend = prepare(
      database,
      "UPDATE runs SET lease_until = max(lease_until, ? + lease_ms) WHERE status = 'running'",
    );
  }

  /** A statement that reads runs, where `rest` says which. */
  #select(rest: string): Statement<Columns> {
    return selectRuns(this.#database, rest);
  }

  find(channel: number, runId: string): NumberedRun | undefined {
    const columns = this.#find.get(channel, runId);
    return columns && { id: columns.id, stretch: columns.stretch, row: toRunRow(columns) };
  }

  insert(channel: number, run: RunRow): NumberedRun {
    const row = this.#insert.get(
      channel,
      run.runId,
      run.rootRunId,
      JSON.stringify(aboutOf(run)),
      run.status,
      run.startedAt,
      run.completedAt ?? null,
      run.first,
      run.last,
      run.first,
      toText(run.writer),
      run.leaseMs,
      run.leaseUntil,
    );
    if (row === undefined) throw new Error(`run ${run.runId} was inserted and not returned`);
    return { id: row.id, stretch: run.first, row: run };
  }

  /** Writes the row of a run that did not get any events. */
  update(before: NumberedRun, run: RunRow): void {
    this.#write(before.id, before.stretch, run);
  }

  /** Writes the row of a run that got its events from `first` on. */
  grow({ id, stretch, row }: NumberedRun, run: RunRow, first: number): NumberedRun {
    const goesOn = row.last + 1 === first;
    if (!goesOn) this.#keepStretch.run(id, row.last, stretch);
    const after = { id, stretch: goesOn ? stretch : first, row: run };
    this.#write(id, after.stretch, run);
    return after;
  }

  #write(id: number, stretch: number, run: RunRow): void {
    const { last, status, leaseUntil } = run;
    if (status === "running") this.#touch.run(last, stretch, toText(run.writer), leaseUntil, id);
    else this.#update.run(last, stretch, status, run.completedAt ?? null, leaseUntil, id);
  }

  extendLeases(now: number): void {
    this.#extend.run(now);
  }
}

/** Prepares a statement that reads whole rows of runs. */
export function selectRuns(database: DatabaseSync, rest: string): Statement<Columns> {
  return prepare(
    database,
    `SELECT runs.id, channels.name AS channel, run_id, root_run_id, about, status, started_at, completed_at,
            first, last, stretch, writer, lease_ms, lease_until
     FROM runs JOIN channels ON channels.id = runs.channel ${rest}`,
  );
}

/** The columns of a run as the store's users know them. */
export function toRunRow(columns: Columns): RunRow {
  // Known: `about` was written by `insert`.
  const about = JSON.parse(columns.about) as About;
  return {
    channel: columns.channel,
    runId: columns.run_id,
    rootRunId: columns.root_run_id,
    ...about,
    status: columns.status,
    startedAt: columns.started_at,
    ...(columns.completed_at === null ? {} : { completedAt: columns.completed_at }),
    first: columns.first,
    last: columns.last,
    writer: fromText(columns.writer),
    leaseMs: columns.lease_ms,
    leaseUntil: columns.lease_until,
  };
}

function aboutOf({ parentRunId, agent, title, owner }: RunRow): About {
  return {
    ...(parentRunId === undefined ? {} : { parentRunId }),
    agent,
    ...(title === undefined ? {} : { title }),
    owner,
  };
}
