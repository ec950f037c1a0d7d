import type { AbandonRequest, AppendRequest, AppendResult, EncodedEvent } from "../event-store.js";
import { planAbandonment } from "../rows/plan-abandonment.js";
import { type AppendFacts, type AppendPlan, needsOf, planAppend } from "../rows/plan-append.js";
import type { ChannelRow } from "./channel-rows.js";
import type { NumberedRun } from "./run-rows.js";
import type { Tables } from "./tables.js";

/** The rows of a channel that has none yet. */
const noRows = { id: undefined, offset: 0 } as const;

/** One append: reads the facts, decides, writes. Inside a transaction. */
export function appendEvents(tables: Tables, request: AppendRequest, now: number): AppendResult {
  const known = tables.channels.find(request.channel);
  if (known !== undefined) {
    const offset = tables.publishes.find(known.id, request);
    if (offset !== undefined) return { status: "duplicate", epoch: known.epoch, offset };
  }
  const { run, facts } = readFacts(tables, known ?? noRows, request, now);
  const plan = planAppend(request, facts);
  if (plan.status === "refused") return plan;
  const channel = known ?? tables.channels.create(request.channel);
  writePlan(tables, channel, run, request.events, plan);
  tables.publishes.insert(channel.id, request, plan.first, now);
  return { status: "appended", epoch: channel.epoch, offset: plan.first };
}

/** The end of a run whose lease has lapsed. Inside a transaction. */
export function abandonRun(tables: Tables, request: AbandonRequest, now: number): boolean {
  const channel = tables.channels.find(request.channel);
  const found = channel && tables.runs.find(channel.id, request.runId);
  if (channel === undefined || found === undefined) return false;
  const run = planAbandonment(found.row, request.event, channel.offset, now);
  if (run === undefined) return false;
  writePlan(tables, channel, found, [request.event], { first: run.last, run, tools: new Map() });
  return true;
}

function readFacts(
  { runs, tools }: Tables,
  { id, offset }: Pick<ChannelRow, "offset"> & { readonly id: number | undefined },
  request: AppendRequest,
  now: number,
): { readonly run: NumberedRun | undefined; readonly facts: AppendFacts } {
  const { runId, parentRunId, toolCallIds } = needsOf(request);
  const find = (name: string | undefined) =>
    id === undefined || name === undefined ? undefined : runs.find(id, name);
  const run = find(runId);
  const states = run === undefined ? new Map() : tools.find(run.id, toolCallIds);
  return {
    run,
    facts: { head: offset, now, run: run?.row, parent: find(parentRunId)?.row, tools: states },
  };
}

function writePlan(
  tables: Tables,
  channel: ChannelRow,
  before: NumberedRun | undefined,
  events: readonly EncodedEvent[],
  { first, run, tools }: Pick<AppendPlan, "first" | "run" | "tools">,
): void {
  const number = run === undefined ? null : (before?.id ?? tables.runs.insert(channel.id, run));
  if (run !== undefined && before !== undefined) tables.runs.grow(before, run, first);
  let { total } = channel;
  for (const [index, { event, json }] of events.entries()) {
    total += Buffer.byteLength(json);
    tables.events.insert(channel.id, first + index, number, total, json);
    tables.keyed.note(channel.id, first + index, event);
  }
  if (number !== null && run?.status === "running") tables.tools.put(number, tools);
  else if (number !== null) tables.tools.forget(number);
  tables.channels.touch(channel);
}
