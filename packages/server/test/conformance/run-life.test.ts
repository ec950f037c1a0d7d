import { describe, expect, test } from "vitest";
import type { WireEvent } from "./bare/wire.ts";
import {
  completed,
  custom,
  started,
  thinking,
  toolCompleted,
  toolExecuting,
} from "./support/sample-events.ts";
import { publish, readLog, startServer } from "./support/server-under-test.ts";

interface Case {
  readonly title: string;
  /** What was published before. */
  readonly before: readonly WireEvent[];
  readonly events: readonly WireEvent[];
  readonly code: string;
  readonly index: number;
}

const run = [started("r")];
const ended = [started("r"), completed("r")];

async function refuse({ before, events, code, index }: Case): Promise<void> {
  const { connect } = await startServer();
  const connection = await connect();
  if (before.length > 0) await publish(connection, before);
  expect(await publish(connection, events)).toMatchObject({ type: "error", code, index });
  expect(await readLog(connection)).toHaveLength(before.length);
}

describe("[RW-EVT-5] the beginning of a run: a publish is refused whole that has", () => {
  test.each<Case>([
    {
      title: "an event before its run's start",
      before: [],
      events: [thinking("r", "x")],
      code: "run_not_found",
      index: 0,
    },
    {
      title: "a second start",
      before: run,
      events: [thinking("r", "x"), started("r")],
      code: "lifecycle_violation",
      index: 1,
    },
    {
      title: "a parent that never started",
      before: run,
      events: [started("child", { parentRunId: "stranger" })],
      code: "lifecycle_violation",
      index: 0,
    },
    {
      title: "a parent that has ended",
      before: ended,
      events: [started("child", { parentRunId: "r" })],
      code: "lifecycle_violation",
      index: 0,
    },
  ])("$title", refuse);
});

describe("[RW-EVT-6] the tools of a run: a publish is refused whole that has", () => {
  test.each<Case>([
    {
      title: "the end of a tool call that never began",
      before: run,
      events: [thinking("r", "x"), toolCompleted("r", "t")],
      code: "lifecycle_violation",
      index: 1,
    },
    {
      title: "a second end of a tool call",
      before: [...run, toolExecuting("r", "t"), toolCompleted("r", "t")],
      events: [toolCompleted("r", "t")],
      code: "lifecycle_violation",
      index: 0,
    },
    {
      title: "a tool call that goes on after its end, within one publish",
      before: run,
      events: [toolExecuting("r", "t"), toolCompleted("r", "t"), toolExecuting("r", "t")],
      code: "lifecycle_violation",
      index: 2,
    },
  ])("$title", refuse);
});

describe("[RW-EVT-7] the end of a run: a publish is refused whole that has", () => {
  test.each<Case>([
    {
      title: "anything after the run's end",
      before: ended,
      events: [custom("late", { runId: "r" })],
      code: "run_completed",
      index: 0,
    },
    {
      title: "anything after the run's end, within one publish",
      before: [],
      events: [started("r"), completed("r"), completed("r")],
      code: "run_completed",
      index: 2,
    },
    {
      title: "a start of a run that has ended",
      before: ended,
      events: [started("r")],
      code: "run_completed",
      index: 0,
    },
  ])("$title", refuse);
});

test("[RW-EVT-5] a run may begin under a parent that goes on", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  await publish(connection, [started("r")]);
  const answer = await publish(connection, [started("child", { parentRunId: "r" })]);
  expect(answer).toMatchObject({ type: "published", offset: 2 });
});

test("[RW-EVT-8] looks for the run's end first, then for its writer, then for its start, then for its rules", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  await publish(connection, [started("ended"), completed("ended")]);
  await publish(connection, [started("mine")]);
  const foreign = { writer: "writer-2" };
  const code = async (events: WireEvent[], given = {}) =>
    (await publish(connection, events, given)).code;
  expect(await code([thinking("ended", "x")], foreign)).toBe("run_completed");
  expect(await code([toolCompleted("mine", "t")], foreign)).toBe("run_taken");
  expect(await code([toolCompleted("none", "t")], foreign)).toBe("run_not_found");
  expect(await code([toolCompleted("mine", "t")])).toBe("lifecycle_violation");
});
