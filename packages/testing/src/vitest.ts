import { expect } from "vitest";
import {
  type CompleteRunExpectation,
  type JudgedEvents,
  judgeCompleteRun,
  judgeToolCall,
  type ToolCallExpectation,
} from "./runs/judge-run.js";

export type { CompleteRunExpectation, JudgedEvents, ToolCallExpectation };

/** What `import "@runwire/testing/vitest"` adds to `expect`. */
export interface RunMatchers<Result = void> {
  /**
   * There is a run, the rules of a run's life are kept, and every run has its end.
   *
   * @example
   * expect(events).toBeACompleteRun({ outcome: "success" });
   */
  toBeACompleteRun(expected?: CompleteRunExpectation): Result;
  /**
   * A tool of that name was called, in any run, with what is given; `expect.objectContaining` and its like may
   * stand in `input` and `output`.
   *
   * @example
   * expect(events).toHaveToolCall("grep", { input: { pattern: "TODO" }, outcome: "success" });
   */
  toHaveToolCall(name: string, expected?: ToolCallExpectation): Result;
}

declare module "vitest" {
  // Vitest's own type parameters, or the declarations would not merge.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown>
    extends RunMatchers<R> {}
}

expect.extend({
  toBeACompleteRun(events: JudgedEvents, expected?: CompleteRunExpectation) {
    return judgeCompleteRun(events, expected);
  },
  toHaveToolCall(events: JudgedEvents, name: string, expected: ToolCallExpectation = {}) {
    return judgeToolCall(events, name, expected, (one, other) => this.equals(one, other));
  },
});
