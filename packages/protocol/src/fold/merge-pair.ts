import type { AgentThinking, Custom, Logged, Progress, ToolExecuting } from "../wire/events.js";
import { utf8Length } from "../wire/utf8.js";

/** The events of which several can fold like one. */
export type MergeableEvent = Logged<AgentThinking> | Logged<ToolExecuting> | Logged<Custom>;

/** The fields that this version knows, and so knows how to merge. */
const knownFields = /* @__PURE__ */ createKnownFields();
const progressFields = /* @__PURE__ */ new Set(["fraction", "message", "outputDelta"]);

function createKnownFields(): Record<MergeableEvent["type"], ReadonlySet<string>> {
  const ofAll = ["type", "runId", "time", "offset"];
  const ofTool = ["toolCallId", "name", "parentToolCallId", "status"];
  return {
    agent_thinking: new Set([...ofAll, "messageId", "kind", "delta"]),
    tool_executing: new Set([...ofAll, ...ofTool, "input", "inputDelta", "progress"]),
    custom: new Set([...ofAll, "name", "key", "data", "priority"]),
  };
}

/** Whether the event has no field that a merge could lose or misplace. */
export function hasOnlyKnownFields(event: MergeableEvent): boolean {
  if (!holdsOnly(event, knownFields[event.type])) return false;
  return (
    event.type !== "tool_executing" ||
    event.progress === undefined ||
    holdsOnly(event.progress, progressFields)
  );
}

/** One event for two of the same group, `first` being earlier in the log. */
export function mergePair(first: MergeableEvent, later: MergeableEvent): MergeableEvent {
  if (first.type === "agent_thinking" && later.type === "agent_thinking")
    return { ...first, delta: first.delta + later.delta };
  if (first.type === "tool_executing" && later.type === "tool_executing")
    return mergeTools(first, later);
  return { ...later, offset: first.offset };
}

/** The bytes of an event as JSON, its `offset` not counted. */
export function bytesOfEvent(event: MergeableEvent): number {
  return jsonBytes({ ...event, offset: undefined });
}

/**
 * By how many bytes `first` grows at most when `later` joins it. Measures only fields that `later` has:
 * an `input` of 200 KB is not measured again for each of a thousand steps of progress.
 */
export function growthOfPair(first: MergeableEvent, later: MergeableEvent): number {
  if (first.type === "agent_thinking" && later.type === "agent_thinking")
    return jsonBytes(later.delta) - 2;
  if (first.type === "tool_executing" && later.type === "tool_executing")
    return growthOfFields(first, later);
  return bytesOfEvent(later) - bytesOfEvent(first);
}

function mergeTools(
  first: Logged<ToolExecuting>,
  later: Logged<ToolExecuting>,
): Logged<ToolExecuting> {
  const inputDelta = joinText(first.inputDelta, later.inputDelta);
  return {
    ...first,
    ...later,
    time: first.time,
    offset: first.offset,
    ...(inputDelta !== undefined && { inputDelta }),
    ...(first.progress &&
      later.progress && { progress: mergeProgress(first.progress, later.progress) }),
  };
}

function mergeProgress(first: Progress, later: Progress): Progress {
  const outputDelta = joinText(first.outputDelta, later.outputDelta);
  return { ...first, ...later, ...(outputDelta !== undefined && { outputDelta }) };
}

function joinText(first: string | undefined, later: string | undefined): string | undefined {
  return first === undefined || later === undefined ? (later ?? first) : first + later;
}

function growthOfFields(first: object, later: object): number {
  const before = new Map(Object.entries<unknown>({ ...first }));
  let growth = 0;
  for (const [field, value] of Object.entries<unknown>({ ...later })) {
    if (field === "offset" || field === "time") continue;
    if (!before.has(field)) growth += jsonBytes(field) + 2 + jsonBytes(value);
    else growth += growthOfValue(field, before.get(field), value);
  }
  return growth;
}

function growthOfValue(field: string, before: unknown, after: unknown): number {
  if (field === "inputDelta" || field === "outputDelta") return jsonBytes(after) - 2;
  if (field === "progress" && isObject(before) && isObject(after))
    return growthOfFields(before, after);
  return jsonBytes(after) - jsonBytes(before);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function holdsOnly(value: object, fields: ReadonlySet<string>): boolean {
  for (const field of Object.keys(value)) if (!fields.has(field)) return false;
  return true;
}

function jsonBytes(value: unknown): number {
  return utf8Length(JSON.stringify(value));
}
