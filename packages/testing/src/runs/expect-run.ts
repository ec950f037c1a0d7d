import { AssertionError } from "node:assert";
import { isDeepStrictEqual } from "node:util";
import {
  type CompleteRunExpectation,
  type JudgedEvents,
  judgeCompleteRun,
  judgeToolCall,
  type ToolCallExpectation,
  type Verdict,
} from "./judge-run.js";

/** What can be asserted of events; each throws where it does not hold. */
export interface RunAssertions {
  /** The same, the other way round. */
  readonly not: RunAssertions;
  /** There is a run, the rules of a run's life are kept, and every run has its end. */
  toBeACompleteRun(expected?: CompleteRunExpectation): RunAssertions;
  /** A tool of that name was called, in any run, with what is given. */
  toHaveToolCall(name: string, expected?: ToolCallExpectation): RunAssertions;
}

/**
 * Asserts what a run wrote, in any test runner; values are compared by `isDeepStrictEqual`. With vitest,
 * `@runwire/testing/vitest` has the same as matchers.
 *
 * @throws AssertionError whose message says what was found, and prints the report of `checkRun`
 * @example
 * expectRun(events)
 *   .toBeACompleteRun({ outcome: "success" })
 *   .toHaveToolCall("grep", { input: { pattern: "TODO" }, outcome: "success" })
 *   .not.toHaveToolCall("delete");
 */
export function expectRun(events: JudgedEvents): RunAssertions {
  return createAssertions(events, true);
}

function createAssertions(events: JudgedEvents, isWanted: boolean): RunAssertions {
  function demand({ pass, message }: Verdict): RunAssertions {
    if (pass !== isWanted) throw new AssertionError({ message: message() });
    return expectRun(events);
  }
  return {
    get not() {
      return createAssertions(events, !isWanted);
    },
    toBeACompleteRun: (expected) => demand(judgeCompleteRun(events, expected)),
    toHaveToolCall: (name, expected = {}) =>
      demand(judgeToolCall(events, name, expected, isDeepStrictEqual)),
  };
}
