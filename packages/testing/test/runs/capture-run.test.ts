import { startRun, withRun } from "@runwire/agent";
import { expect, test } from "vitest";
import { captureRun, FakeClock } from "../../src/index.ts";

const channel = "chat:1";
const agent = { name: "researcher" };

test("gives every event as it was written, the report, the folded runs and the output", async () => {
  const { events, report, runs, output } = await captureRun((target) =>
    withRun(target, { channel, agent, input: { at: new Date(0) } }, async (run) => {
      run.think("I look.");
      const hits = await run.tool("grep", { pattern: /TODO/ }, () => new Set(["a.ts"]));
      run.say(`${hits.size} is left.`);
      return hits;
    }),
  );
  expect(events.map(({ type }) => type)).toEqual([
    ...["agent_started", "agent_thinking", "tool_executing", "tool_completed"],
    ...["agent_thinking", "agent_completed"],
  ]);
  expect(events.map(({ offset }) => offset)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(events[0]).toMatchObject({ input: { at: new Date(0) } });
  expect(events[2]).toMatchObject({ input: { pattern: /TODO/ } });
  expect(report).toMatchObject({ isValid: true, counts: { agent_thinking: 2 } });
  expect(runs).toMatchObject([{ status: "success", output: new Set(["a.ts"]), agent }]);
  expect(output).toEqual(new Set(["a.ts"]));
});

test("reads a log of more than a page", async () => {
  const { events } = await captureRun((target) =>
    withRun(target, { channel, agent }, async (run) => {
      for (let count = 0; count < 2_500; count++)
        await run.custom("count", count, { key: `${count}` });
    }),
  );
  expect(events.map(({ offset }) => offset)).toEqual(
    Array.from({ length: 2_502 }, (_, index) => index + 1),
  );
});

test("rejects with what the agent throws", async () => {
  const work = captureRun((target) =>
    withRun(target, { channel, agent }, () => {
      throw new TypeError("no such file");
    }),
  );
  await expect(work).rejects.toThrow(new TypeError("no such file"));
});

test("gives what the agent throws beside what it wrote, where that is wanted", async () => {
  const captured = await captureRun(
    (target) =>
      withRun(target, { channel, agent }, () => {
        throw new TypeError("no such file");
      }),
    { allowsError: true },
  );
  expect(captured.error).toEqual(new TypeError("no such file"));
  expect(captured).not.toHaveProperty("output");
  expect(captured.runs).toMatchObject([{ status: "error", error: { message: "no such file" } }]);
});

test("shows a run that was never ended as what it is", async () => {
  const { report } = await captureRun(async (target) => {
    const run = await startRun(target, { channel, agent, runId: "r1" });
    await run.say("I forget to end.");
  });
  expect(report).toMatchObject({
    isValid: false,
    problems: [{ rule: "missing_end", runId: "r1" }],
  });
});

test("gives no events where none were written", async () => {
  expect(await captureRun(() => 1)).toMatchObject({ events: [], runs: [], output: 1 });
});

test("asks which channel is meant where there are several", async () => {
  const work = async (target: Parameters<Parameters<typeof captureRun>[0]>[0]) => {
    for (const each of ["chat:1", "chat:2"])
      await withRun(target, { channel: each, agent, runId: each }, () => {});
  };
  await expect(captureRun(work)).rejects.toMatchObject({
    code: "invalid_options",
    message: expect.stringContaining("chat:1, chat:2"),
  });
  const { runs } = await captureRun(work, { channel: "chat:2" });
  expect(runs).toMatchObject([{ runId: "chat:2" }]);
});

test("takes the time from the test's clock", async () => {
  const clock = new FakeClock();
  const { runs } = await captureRun(
    async (target) => {
      const run = await startRun(target, { channel, agent, leaseMs: 5_000, clock });
      const before = run.state.startedAt;
      await clock.advance(1_000);
      await run.complete();
      return before;
    },
    { clock },
  );
  expect(runs).toMatchObject([{ startedAt: 1_700_000_000_000, completedAt: 1_700_000_001_000 }]);
});
