import {
  type AgentStarted,
  type Custom,
  isKnownEvent,
  type LoggedEvent,
  type UnknownEvent,
} from "../wire/events.js";
import type { ChannelState, RunState } from "./channel-state.js";
import { type Draft, getOwn, ownList, ownRecord, setRun } from "./draft.js";
import { reduceRun, toCustomPart } from "./reduce-run.js";
import { withFields } from "./with-fields.js";

/**
 * Folds events into a channel's state, as `PROTOCOL.md` § 8 says.
 *
 * Pure: `state` is left as it is, and what did not change keeps its identity, down to a run's parts; when
 * nothing changed, `state` itself comes back. What a log cannot hold (an event after its run's end, a
 * second `agent_started`) changes nothing. Values are taken over as they are, decoded or not.
 *
 * @example
 * const state = reduceChannel(emptyChannelState, events);
 * const texts = state.runs[runId]?.parts.filter((part) => part.type === "message");
 */
export function reduceChannel(
  state: ChannelState,
  events: readonly (LoggedEvent | UnknownEvent)[],
): ChannelState {
  const draft: Draft = { state: { ...state }, copies: new Set() };
  for (const event of events) if (isKnownEvent(event)) reduceEvent(draft, event);
  return draft.copies.size > 0 ? draft.state : state;
}

function reduceEvent(draft: Draft, event: LoggedEvent): void {
  if (event.runId === undefined) {
    // Only a `custom` may come without a run.
    if (event.type === "custom") reduceCustom(draft, event);
    return;
  }
  const run = getOwn(draft.state.runs, event.runId);
  if (event.type !== "agent_started") {
    if (run?.status === "running") reduceRun(draft, run, event);
  } else if (!run) startRun(draft, event);
}

function startRun(draft: Draft, event: AgentStarted): void {
  const { state } = draft;
  const { runId, parentRunId, agent, time } = event;
  if (parentRunId !== undefined && !getOwn(state.runs, parentRunId)) return;
  const run: RunState = { runId, agent, status: "running", startedAt: time, parts: [] };
  setRun(
    draft,
    withFields(run, event, ["parentRunId", "parentToolCallId", "title", "input", "metadata"]),
  );
  const order = ownList(draft, state.order);
  order.push(runId);
  state.order = order;
}

function reduceCustom(draft: Draft, event: Custom): void {
  const { state } = draft;
  const { name, key } = event;
  if (key === undefined) {
    const custom = ownList(draft, state.custom);
    custom.push(toCustomPart(event));
    state.custom = custom;
    return;
  }
  const ofName = getOwn(state.keyed, name) ?? {};
  const earlier = getOwn(ofName, key);
  const part = toCustomPart(event, earlier);
  if (part === earlier) return;
  const keyed = ownRecord(draft, state.keyed);
  const parts = ownRecord(draft, ofName);
  parts[key] = part;
  keyed[name] = parts;
  state.keyed = keyed;
}
