import type { RunSummary } from "@runwire/protocol";
import { describe, expect, test } from "vitest";
import { fitRuns } from "../../src/connection/fit-runs.ts";

function summary(runId: string, given: Partial<RunSummary> = {}): RunSummary {
  const own = { agent: { name: "a" }, status: "running", startedAt: 1, first: 1, last: 1 } as const;
  return { runId, ...own, ...given };
}

const child = (runId: string) => summary(runId, { parentRunId: "r1", title: "x".repeat(1_000) });
const idsOf = (runs: readonly RunSummary[]) => runs.map(({ runId }) => runId);

describe("a list of runs", () => {
  test("stays whole where it fits", () => {
    const runs = [summary("r1"), child("c1"), summary("r2")];
    expect(fitRuns(runs, 10_000)).toEqual({ runs, isShortened: false });
  });

  test("leaves out whole root runs with their descendants, from the end", () => {
    const runs = [summary("r1"), summary("r2"), child("c1"), summary("r3")];
    const { runs: fitting, isShortened } = fitRuns(runs, 500);
    expect(idsOf(fitting)).toEqual(["r1"]);
    expect(isShortened).toBe(true);
  });

  test("keeps of a first root that is too large itself the latest descendants, and says so", () => {
    const runs = [summary("r1"), child("c1"), child("c2"), child("c3")];
    const { runs: fitting, isShortened } = fitRuns(runs, 2_600);
    expect(idsOf(fitting)).toEqual(["r1", "c2", "c3"]);
    expect(fitting[0]).toMatchObject({ moreDescendants: true });
    expect(isShortened).toBe(false);
  });

  test("holds one root run at least, unchanged where it has no descendants", () => {
    const runs = [summary("r1", { title: "x".repeat(1_000) }), summary("r2")];
    expect(fitRuns(runs, 100)).toEqual({ runs: runs.slice(0, 1), isShortened: true });
  });
});
