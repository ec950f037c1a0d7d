import type {
  AppendRequest,
  AppendResult,
  ChannelHead,
  EncodedEvent,
  KeptRuns,
} from "../event-store.js";
import { isAnother } from "../rows/is-another.js";
import { type AppendPlan, needsOf, planAppend, type ToolState } from "../rows/plan-append.js";
import { retention } from "../rows/retention.js";
import { MemoryLog } from "./memory-log.js";
import { MemoryRuns } from "./memory-runs.js";

interface Publish {
  readonly offset: number;
  readonly at: number;
}

/** One channel: its log, and the rows that its appends decide from. */
export class MemoryChannel {
  readonly log = new MemoryLog();
  readonly runs = new MemoryRuns();
  epoch: string;
  /** By writer and id, oldest first. */
  readonly #publishes = new Map<string, Publish>();
  readonly #tools = new Map<string, Map<string, ToolState>>();

  constructor(epoch: string) {
    this.epoch = epoch;
  }

  get head(): ChannelHead {
    return { epoch: this.epoch, offset: this.log.head, floor: this.log.floor };
  }

  append(request: AppendRequest, now: number): AppendResult {
    const known = this.findPublish(request.writer, request.id);
    if (known !== undefined) return this.#asBefore(known.offset, request.events);
    const plan = this.#plan(request, now);
    if (plan.status === "refused") return plan;
    this.write(request, plan);
    this.#publishes.set(keyOf(request.writer, request.id), { offset: plan.first, at: now });
    this.#forgetPublishes(now);
    return { status: "appended", epoch: this.epoch, offset: plan.first };
  }

  #asBefore(first: number, events: readonly EncodedEvent[]): AppendResult {
    const differs = isAnother(events, first, this.log);
    const { epoch } = this;
    return { status: "duplicate", epoch, offset: first, ...(differs && { differs }) };
  }

  findPublish(writer: string, id: string) {
    const publish = this.#publishes.get(keyOf(writer, id));
    return publish && { epoch: this.epoch, offset: publish.offset };
  }

  #plan(request: AppendRequest, now: number) {
    const { runId, parentRunId } = needsOf(request);
    return planAppend(request, {
      head: this.log.head,
      now,
      run: this.runs.get(runId),
      parent: this.runs.get(parentRunId),
      tools: (runId === undefined ? undefined : this.#tools.get(runId)) ?? new Map(),
    });
  }

  /** Writes what was decided. */
  write(
    { events }: Pick<AppendRequest, "events">,
    { run, tools }: Pick<AppendPlan, "run" | "tools">,
  ): void {
    for (const event of events) this.log.append(event);
    if (run === undefined) return;
    this.runs.set(run);
    if (run.status === "running")
      this.#tools.set(run.runId, new Map([...(this.#tools.get(run.runId) ?? []), ...tools]));
    else this.#tools.delete(run.runId);
  }

  /** What is kept from the floor on, and the oldest root runs. */
  keptRuns(limit: number, now: number): KeptRuns {
    const { log, runs, head } = this;
    const roots = runs.oldestRoots(limit).map(({ first, isOpen, lastSignAt }) => {
      const idleMs = Math.max(0, now - lastSignAt);
      return { first, isOpen, idleMs, bytes: log.bytesFrom(first) };
    });
    return { ...head, bytes: log.bytesFrom(log.floor), roots };
  }

  /** Answers the floor that holds. */
  trim(floor: number): number {
    const next = this.runs.floorAt(floor);
    if (next <= this.log.floor) return this.log.floor;
    this.runs.trim(next);
    this.log.trim(next, (runId) => this.runs.get(runId) !== undefined);
    return next;
  }

  #forgetPublishes(now: number): void {
    let left: number = retention.rowsPerStep;
    for (const [key, { at }] of this.#publishes) {
      if (left-- === 0 || at + retention.publishMs > now) return;
      this.#publishes.delete(key);
    }
  }
}

function keyOf(writer: string, id: string): string {
  return JSON.stringify([writer, id]);
}
