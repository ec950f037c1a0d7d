import { isKnownEvent, type LoggedEvent, type UnknownEvent } from "../wire/events.js";
import { maxEventBytes as defaultMaxEventBytes } from "../wire/limits.js";
import {
  bytesOfEvent,
  growthOfPair,
  hasOnlyKnownFields,
  type MergeableEvent,
  mergePair,
} from "./merge-pair.js";
import { customKey, messageKey, toolKey } from "./part-index.js";

/** Options of {@link mergeEvents}. */
export interface MergeOptions {
  /** The largest event that a merge may make, in bytes of UTF-8 JSON without its `offset`. @default 262144 */
  readonly maxEventBytes?: number;
}

/** Events of one run and key that a later one may join: they stand at `place` of the result. */
interface Group {
  readonly place: number;
  merged: MergeableEvent;
  /** Of `merged`, at most; measured when a second event comes. */
  bytes?: number;
}

/** The groups that are open, by run (`undefined`: the channel) and by what they are about. */
type OpenGroups = Map<string | undefined, Map<string, Group>>;

/**
 * Replaces events by fewer that fold to the same state, as `PROTOCOL.md` § 4 allows within one range.
 *
 * Text of one message, signs of one tool call and `custom` of one key are joined where the first of them
 * stands, with its `offset`; all other events come back as they are, the same objects in the same order.
 * A group ends where joining over that point would change the fold: at its tool's end, at its run's start
 * and end, and at an event of its own with fields that this version does not know.
 *
 * Pure. Takes parsed events whose values are *not* decoded.
 *
 * @example
 * const short = mergeEvents(page.events);
 * reduceChannel(state, short); // the same as reduceChannel(state, page.events)
 */
export function mergeEvents(
  events: readonly (LoggedEvent | UnknownEvent)[],
  options: MergeOptions = {},
): (LoggedEvent | UnknownEvent)[] {
  const { maxEventBytes = defaultMaxEventBytes } = options;
  const result: (LoggedEvent | UnknownEvent)[] = [];
  const open: OpenGroups = new Map();
  for (const event of events) {
    if (!isKnownEvent(event)) result.push(event);
    else if (isMergeable(event))
      mergeInto(result, groupsOf(open, event.runId), event, maxEventBytes);
    else {
      endGroups(open, event);
      result.push(event);
    }
  }
  return result;
}

function isMergeable(event: LoggedEvent): event is MergeableEvent {
  if (event.type === "custom") return event.key !== undefined;
  return event.type === "agent_thinking" || event.type === "tool_executing";
}

function groupsOf(open: OpenGroups, runId: string | undefined): Map<string, Group> {
  let groups = open.get(runId);
  if (!groups) {
    groups = new Map();
    open.set(runId, groups);
  }
  return groups;
}

function mergeInto(
  result: (LoggedEvent | UnknownEvent)[],
  groups: Map<string, Group>,
  event: MergeableEvent,
  maxEventBytes: number,
): void {
  const key = groupKey(event);
  const group = groups.get(key);
  if (!hasOnlyKnownFields(event)) groups.delete(key);
  else if (group && join(group, event, maxEventBytes)) {
    result[group.place] = group.merged;
    return;
  } else groups.set(key, { place: result.length, merged: event });
  result.push(event);
}

/** Joins `event` to its group, unless the two together are too large. */
function join(group: Group, event: MergeableEvent, maxEventBytes: number): boolean {
  const bytes = (group.bytes ?? bytesOfEvent(group.merged)) + growthOfPair(group.merged, event);
  if (bytes > maxEventBytes) return false;
  group.merged = mergePair(group.merged, event);
  group.bytes = bytes;
  return true;
}

function groupKey(event: MergeableEvent): string {
  if (event.type === "agent_thinking") return messageKey(event.kind, event.messageId);
  if (event.type === "tool_executing") return toolKey(event.toolCallId);
  return customKey(event.name, event.key ?? "");
}

/** After these, what the fold makes of an event depends on which side of them it stands. */
function endGroups(open: OpenGroups, event: LoggedEvent): void {
  if (event.type === "tool_completed") open.get(event.runId)?.delete(toolKey(event.toolCallId));
  else if (event.type !== "custom") open.delete(event.runId);
}
