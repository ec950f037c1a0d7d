import type {
  AbandonRequest,
  AppendRequest,
  AppendResult,
  EncodedEvent,
  RunRow,
} from "../event-store.js";
import { planAbandonment } from "../rows/plan-abandonment.js";
import { type AppendFacts, type AppendPlan, needsOf, planAppend } from "../rows/plan-append.js";
import type { ChannelRow } from "./channel-rows.js";
import type { NumberedRun } from "./run-rows.js";
import type { Tables } from "./tables.js";

/** The rows of a channel that has none yet. */
const noRows = { id: undefined, offset: 0 } as const;

/** One append: reads the facts, decides, writes. Inside a transaction. */
export function appendEvents(tables: Tables, request: AppendRequest, now: number): AppendResult {
  const { appendCache } = tables;
  const known = appendCache.channel(request.channel) ?? tables.channels.find(request.channel);
  if (known !== undefined) {
    const offset = tables.publishes.find(known.id, request);
    if (offset !== undefined) return { status: "duplicate", epoch: known.epoch, offset };
  }
  const { run, facts } = readFacts(tables, known ?? noRows, request, now);
  const plan = planAppend(request, facts);
  if (plan.status === "refused") return plan;
  tables.diskRoom.take(request.events);
  const channel = known ?? tables.channels.create(request.channel);
  const after = writePlan(tables, channel, run, request.events, plan);
  appendCache.note(request.channel, after.channel, after.run);
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
  { appendCache, runs, tools }: Tables,
  { id, offset }: Pick<ChannelRow, "offset"> & { readonly id: number | undefined },
  request: AppendRequest,
  now: number,
): { readonly run: NumberedRun | undefined; readonly facts: AppendFacts } {
  const { runId, parentRunId, toolCallIds } = needsOf(request);
  const find = (name: string | undefined) =>
    id === undefined || name === undefined
      ? undefined
      : (appendCache.run(id, name) ?? runs.find(id, name));
  const run = find(runId);
  const states = run === undefined ? new Map() : tools.find(run.id, toolCallIds);
  return {
    run,
    facts: { head: offset, now, run: run?.row, parent: find(parentRunId)?.row, tools: states },
  };
}

/** The rows as they stand afterwards. */
interface Written {
  readonly channel: ChannelRow;
  readonly run: NumberedRun | undefined;
}

function writePlan(
  tables: Tables,
  channel: ChannelRow,
  before: NumberedRun | undefined,
  events: readonly EncodedEvent[],
  { first, run, tools }: Pick<AppendPlan, "first" | "run" | "tools">,
): Written {
  const after = run && writeRun(tables, channel.id, before, run, first);
  const number = after?.id ?? null;
  let { total } = channel;
  for (const [index, { event, json }] of events.entries()) {
    const text = Buffer.from(json);
    total += text.length;
    tables.events.insert({ channel: channel.id, offset: first + index, run: number }, total, text);
    tables.keyed.note(channel.id, first + index, event);
  }
  if (number !== null && run?.status === "running") tables.tools.put(number, tools);
  else if (number !== null) tables.tools.forget(number);
  const offset = first + events.length - 1;
  const revision = tables.channels.touch(channel, offset);
  return { channel: { ...channel, revision, offset, total }, run: after };
}

function writeRun(
  { runs }: Tables,
  channel: number,
  before: NumberedRun | undefined,
  run: RunRow,
  first: number,
): NumberedRun {
  return before === undefined ? runs.insert(channel, run) : runs.grow(before, run, first);
}
