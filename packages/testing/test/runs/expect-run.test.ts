import { withRun } from "@runwire/agent";
import { beforeAll, describe, expect, test } from "vitest";
import { type CapturedEvent, captureRun, expectRun } from "../../src/index.ts";
import "../../src/vitest.ts";

let events: readonly CapturedEvent[];
beforeAll(async () => {
  const options = { channel: "chat:1", agent: { name: "researcher" }, runId: "r1" };
  ({ events } = await captureRun((target) =>
    withRun(target, options, async (run) => {
      await run.tool("grep", { pattern: "TODO" }, () => ["a.ts"]);
      await run
        .tool("read", "missing.ts", () => Promise.reject(new Error("no file")))
        .catch(() => {});
    }),
  ));
});

/** The same question to both: the assertions for any runner, and vitest's matchers. */
const askers = {
  expectRun: (given: readonly CapturedEvent[]) => expectRun(given),
  "expect of vitest": (given: readonly CapturedEvent[]) => expect(given),
};

describe.each(Object.entries(askers))("%s", (_, ask) => {
  test("takes a run that ended, with the outcome that was asked for", () => {
    ask(events).toBeACompleteRun();
    ask(events).toBeACompleteRun({ outcome: "success" });
    ask([]).not.toBeACompleteRun();
  });

  test("prints the report where the run is not complete", () => {
    const cut = events.slice(0, -1);
    ask(cut).not.toBeACompleteRun();
    expect(() => ask(cut).toBeACompleteRun()).toThrow(
      /expected a complete run\nrun check: 1 error\n[\s\S]*run r1: running, 5 events[\s\S]*missing_end/,
    );
    expect(() => ask(events).not.toBeACompleteRun()).toThrow(
      /expected no complete run\nrun check: ok/,
    );
  });

  test("says which outcome there was instead", () => {
    ask(events).not.toBeACompleteRun({ outcome: "error" });
    expect(() => ask(events).toBeACompleteRun({ outcome: "error" })).toThrow(
      /expected a complete run with the outcome error\nrun r1 ended with success, not with error\nrun check: ok/,
    );
  });

  test("finds a tool call by name, input, output and outcome", () => {
    ask(events).toHaveToolCall("grep");
    ask(events).toHaveToolCall("grep", { input: { pattern: "TODO" }, output: ["a.ts"] });
    ask(events).toHaveToolCall("read", {
      outcome: "error",
      input: "missing.ts",
      output: undefined,
    });
    ask(events).not.toHaveToolCall("delete");
    ask(events).not.toHaveToolCall("grep", { input: { pattern: "todo" } });
    ask(events).not.toHaveToolCall("grep", { output: [] });
    ask(events).not.toHaveToolCall("read", { outcome: "success" });
  });

  test("says which tool calls there were instead", () => {
    expect(() => ask(events).toHaveToolCall("grep", { input: { pattern: "FIXME" } })).toThrow(
      "expected a call of the tool grep with input { pattern: 'FIXME' }\n" +
        "  there is grep: success, input { pattern: 'TODO' }, output [ 'a.ts' ]\n" +
        "  there is read: error, input 'missing.ts', error { name: 'Error', message: 'no file' }\n" +
        "run check: ok",
    );
    expect(() => ask(events).not.toHaveToolCall("grep")).toThrow(
      "expected no call of the tool grep",
    );
    expect(() => ask([]).toHaveToolCall("grep")).toThrow("no tool was called");
  });
});

test("expectRun asks on, and `not` holds for one question", () => {
  expectRun(events).not.toHaveToolCall("delete").toHaveToolCall("grep").toBeACompleteRun();
});

test("vitest's matchers compare as vitest does", () => {
  expect(events).toHaveToolCall("grep", { input: expect.objectContaining({ pattern: "TODO" }) });
  expect(events).toHaveToolCall("grep", { output: [expect.stringMatching(/\.ts$/)] });
  expect(events).not.toHaveToolCall("grep", { output: [expect.stringMatching(/\.js$/)] });
});
