import type { DatabaseSync } from "node:sqlite";
import type { ChannelRow } from "./channel-rows.js";
import type { NumberedRun } from "./run-rows.js";
import { prepare, type Statement } from "./statement.js";

/** Rows that are remembered; more of them begin anew. */
const maxRows = 1_000;

/**
 * The rows that the latest appends left behind, which the next ones decide from: reading them again would cost an
 * append that comes alone a fifth of its time. They hold as long as nothing else has written: whatever else this
 * connection writes forgets them, another connection is noticed by `data_version`, and so is a rollback.
 */
export class AppendCache {
  readonly #dataVersion: Statement<{ readonly data_version: number }>;
  readonly #channels = new Map<string, ChannelRow>();
  readonly #runs = new Map<string, NumberedRun>();
  #version: number | undefined;

  constructor(database: DatabaseSync) {
    this.#dataVersion = prepare(database, "PRAGMA data_version");
  }

  /** At the beginning of each transaction that writes, once it has the lock: from now on nobody else writes. */
  begin(): void {
    const version = this.#dataVersion.get()?.data_version;
    if (version !== this.#version) this.forget();
    this.#version = version;
  }

  forget(): void {
    this.#channels.clear();
    this.#runs.clear();
  }

  channel(name: string): ChannelRow | undefined {
    return this.#channels.get(name);
  }

  run(channel: number, runId: string): NumberedRun | undefined {
    return this.#runs.get(keyOf(channel, runId));
  }

  note(name: string, channel: ChannelRow, run: NumberedRun | undefined): void {
    if (this.#channels.size + this.#runs.size >= maxRows) this.forget();
    this.#channels.set(name, channel);
    if (run !== undefined) this.#runs.set(keyOf(channel.id, run.row.runId), run);
  }
}

function keyOf(channel: number, runId: string): string {
  return `${channel} ${runId}`;
}
