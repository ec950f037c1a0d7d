import { expect, test } from "vitest";
import { createWorkQueue } from "../../src/worker/work-queue.ts";

test("does no more at once than it may, and the others in their order", async () => {
  const begun: string[] = [];
  const gates = new Map<string, () => void>();
  const queue = createWorkQueue(2, () => {});
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<void>((resolve) => gates.set(name, resolve));
  };
  for (const name of ["a", "b", "c"]) queue.add(work(name));
  expect(begun).toEqual(["a", "b"]);
  gates.get("b")?.();
  await expect.poll(() => begun).toEqual(["a", "b", "c"]);
});

test("goes on after work that rejected, and tells of it", async () => {
  const problems: unknown[] = [];
  const queue = createWorkQueue(1, (problem) => problems.push(problem));
  queue.add(() => Promise.reject(new Error("broken")));
  await new Promise<void>((resolve) => queue.add(async () => resolve()));
  expect(problems).toEqual([new Error("broken")]);
});
