import type { DatabaseSync } from "node:sqlite";
import type { ToolState } from "../rows/plan-append.js";
import { prepare } from "./statement.js";
import { toText } from "./text.js";

/** The tool calls of runs that go on; the completed ones too, for none may begin again. */
export class ToolRows {
  readonly #find;
  readonly #put;
  readonly #forget;

  constructor(database: DatabaseSync) {
    this.#find = prepare<{ readonly state: ToolState }>(
      database,
      "SELECT state FROM tools WHERE run = ? AND tool = ?",
    );
    this.#put = prepare(
      database,
      "INSERT INTO tools (run, tool, state) VALUES (?, ?, ?) ON CONFLICT (run, tool) DO UPDATE SET state = excluded.state",
    );
    this.#forget = prepare(database, "DELETE FROM tools WHERE run = ?");
  }

  find(run: number, toolCallIds: Iterable<string>): ReadonlyMap<string, ToolState> {
    const states = new Map<string, ToolState>();
    for (const toolCallId of toolCallIds) {
      const state = this.#find.get(run, toText(toolCallId))?.state;
      if (state !== undefined) states.set(toolCallId, state);
    }
    return states;
  }

  put(run: number, tools: ReadonlyMap<string, ToolState>): void {
    for (const [toolCallId, state] of tools) this.#put.run(run, toText(toolCallId), state);
  }

  forget(run: number): void {
    this.#forget.run(run);
  }
}
