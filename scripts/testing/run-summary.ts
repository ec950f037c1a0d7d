import type { Reporter, TestModule } from "vitest/node";

type Counts = { passed: number; failed: number; skipped: number };

/** Why a test did not run: the words of a group that names its reason, or else the test's name. */
function toReason(fullName: string): string {
  return /\[[\w-]+\] SKIPPED: .*?(?= > )/.exec(fullName)?.[0] ?? fullName;
}

/** A file that fell over before any of its tests could fail counts as one failure. */
function failedAsAWhole(module: TestModule): boolean {
  if (module.state() !== "failed") return false;
  return [...module.children.allTests()].every((test) => test.result().state !== "failed");
}

/** Ends a run with the reason of every skip, so that none is silent, and one plain line for CI. */
export default class RunSummary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
    const reasons = new Map<string, number>();
    for (const module of modules) {
      if (failedAsAWhole(module)) counts.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== "pending") counts[state] += 1;
        if (state !== "skipped") continue;
        const reason = toReason(test.fullName);
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
    }
    print(counts, reasons);
  }
}

function print({ passed, failed, skipped }: Counts, reasons: ReadonlyMap<string, number>): void {
  if (skipped > 0) console.log(`\n!!! ${skipped} TESTS DID NOT RUN`);
  for (const [reason, count] of reasons) console.log(`!!!   ${count} x ${reason}`);
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
}
