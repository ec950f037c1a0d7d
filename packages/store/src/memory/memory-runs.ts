import type { ListRunsRequest, RunRow } from "../event-store.js";

/** The rows of the runs of one channel, in the order in which they started. */
export class MemoryRuns {
  readonly #rows = new Map<string, RunRow>();
  /** The runs that have not ended themselves. */
  readonly #open = new Set<string>();

  get(runId: string | undefined): RunRow | undefined {
    return runId === undefined ? undefined : this.#rows.get(runId);
  }

  set(run: RunRow): void {
    this.#rows.set(run.runId, run);
    if (run.status === "running") this.#open.add(run.runId);
    else this.#open.delete(run.runId);
  }

  get open(): readonly RunRow[] {
    return [...this.#open].map((runId) => this.#rows.get(runId)).filter((run) => run !== undefined);
  }

  /** Root runs that go on, or a descendant of which does; oldest first. */
  get openRoots(): readonly RunRow[] {
    const roots = new Set(this.open.map(({ rootRunId }) => this.#rows.get(rootRunId)));
    return [...roots]
      .filter((run) => run !== undefined)
      .toSorted((one, other) => one.first - other.first);
  }

  list({ limit, before, maxDescendants = 1000 }: Omit<ListRunsRequest, "channel">) {
    const rootOfBefore = before === undefined ? undefined : this.#rows.get(before)?.rootRunId;
    if (before !== undefined && rootOfBefore === undefined) return { runs: undefined, more: false };
    const end =
      rootOfBefore === undefined
        ? Number.POSITIVE_INFINITY
        : (this.#rows.get(rootOfBefore)?.first ?? 0);
    const roots = this.#roots.filter(({ first }) => first < end).toReversed();
    const runs = roots.slice(0, limit).flatMap((root) => this.#family(root, maxDescendants));
    return { runs, more: roots.length > limit };
  }

  /** The oldest root runs: where each began, whether its family goes on, and when that last gave a sign. */
  oldestRoots(limit: number) {
    return this.#roots.slice(0, limit).map(({ runId, first }) => {
      const family = [...this.#rows.values()].filter((run) => run.rootRunId === runId);
      const isOpen = family.some(({ status }) => status === "running");
      const signs = family.map(({ leaseUntil, leaseMs }) => leaseUntil - leaseMs);
      return { first, isOpen, lastSignAt: Math.max(...signs) };
    });
  }

  get #roots(): readonly RunRow[] {
    return [...this.#rows.values()].filter(isRoot);
  }

  #family(root: RunRow, maxDescendants: number): readonly RunRow[] {
    const descendants = [...this.#rows.values()].filter(
      (run) => run.rootRunId === root.runId && !isRoot(run),
    );
    const surplus = descendants.length - maxDescendants;
    if (surplus <= 0) return [root, ...descendants];
    return [{ ...root, moreDescendants: true }, ...descendants.slice(surplus)];
  }

  /** The floor for a wish: where a root run began, and not past one that goes on. 0 where there is none. */
  floorAt(wish: number): number {
    const highest = Math.min(wish, this.openRoots[0]?.first ?? wish);
    return this.#roots.findLast(({ first }) => first <= highest)?.first ?? 0;
  }

  /** Forgets the root runs that began below the floor, and their descendants. */
  trim(floor: number): void {
    const gone = new Set<string>();
    for (const { runId, first } of this.#roots) if (first < floor) gone.add(runId);
    for (const { runId, rootRunId } of [...this.#rows.values()])
      if (gone.has(rootRunId)) this.#rows.delete(runId);
  }
}

function isRoot(run: RunRow): boolean {
  return run.runId === run.rootRunId;
}
