import type { MessagePart, RunState, ToolPart } from "@runwire/protocol";
import { expect, expectTypeOf, test } from "vitest";
import { createRunwireHooks, useChannel, useRun } from "../src/index.js";

type AppEvents = {
  readonly todo: { readonly items: readonly string[] };
  readonly mood: "good" | "bad";
};

const hooks = createRunwireHooks<AppEvents>();

test("gives the same hooks", () => {
  expect(hooks.useChannel).toBe(useChannel);
  expect(hooks.useRun).toBe(useRun);
});

test("knows the application's events by their names", () => {
  type Run = ReturnType<typeof hooks.useChannel>["runs"][number];
  type Part = Run["parts"][number];
  type Custom = Exclude<Part, MessagePart | ToolPart>;
  expectTypeOf<Custom["name"]>().toEqualTypeOf<"todo" | "mood">();
  expectTypeOf<Extract<Custom, { name: "mood" }>["data"]>().toEqualTypeOf<"good" | "bad">();
  expectTypeOf<Run["status"]>().toEqualTypeOf<RunState["status"]>();
});

test("gives what the selector takes, or nothing while the run is unknown", () => {
  const useCount = () => hooks.useRun("a", "r", (run) => run.parts.length);
  expectTypeOf(useCount).returns.toEqualTypeOf<number | undefined>();
  const usePlain = () => useRun("a", "r", (run) => run.agent);
  expectTypeOf(usePlain).returns.toEqualTypeOf<RunState["agent"] | undefined>();
});

test("knows the channel's keyed events", () => {
  type State = ReturnType<typeof hooks.useChannel>["state"];
  type Todo = NonNullable<State["keyed"]["todo"]>[string];
  expectTypeOf<Todo["data"]>().toEqualTypeOf<{ readonly items: readonly string[] }>();
});
