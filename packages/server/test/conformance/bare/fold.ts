import type { WireEvent } from "./wire.ts";

/** The fold of § 8, written from its text alone: plain objects, changed in place. */

type Fields = Record<string, unknown>;

type FoldedRun = Fields & { parts: Fields[] };

export interface FoldedChannel {
  runs: Record<string, FoldedRun>;
  order: string[];
  custom: Fields[];
  keyed: Record<string, Record<string, Fields>>;
  olderRuns: boolean;
}

/** What a user interface shows after these events. */
export function foldChannel(events: readonly WireEvent[]): FoldedChannel {
  const channel: FoldedChannel = { runs: {}, order: [], custom: [], keyed: {}, olderRuns: false };
  for (const event of events) foldEvent(channel, event);
  return channel;
}

function foldEvent(channel: FoldedChannel, event: WireEvent): void {
  if (event.type === "agent_started") start(channel, event);
  else if (event.runId !== undefined) foldRunEvent(channel.runs[event.runId], event);
  else if (event.type === "custom") own(channel, event);
}

function foldRunEvent(run: FoldedRun | undefined, event: WireEvent): void {
  if (!run) return;
  if (event.type === "agent_thinking") think(run.parts, event);
  if (event.type === "tool_executing") executeTool(run.parts, event);
  if (event.type === "tool_completed") completeTool(run.parts, event);
  if (event.type === "custom") customPart(run.parts, event);
  if (event.type === "agent_completed") complete(run, event);
}

function start(channel: FoldedChannel, event: WireEvent): void {
  const { runId, parentRunId } = event;
  if (runId === undefined) return;
  if (typeof parentRunId === "string" && !channel.runs[parentRunId]) return;
  const names = ["runId", "parentRunId", "parentToolCallId", "agent", "title", "input", "metadata"];
  const fields = pick(event, names);
  channel.runs[runId] = { ...fields, status: "running", startedAt: event.time, parts: [] };
  channel.order.push(runId);
}

function think(parts: Fields[], { messageId, kind, delta }: WireEvent): void {
  const part = parts.find(
    (each) => each.type === "message" && each.messageId === messageId && each.kind === kind,
  );
  if (part) part.text = `${part.text}${delta}`;
  else parts.push({ type: "message", messageId, kind, text: delta });
}

function toolOf(parts: Fields[], { toolCallId }: WireEvent): Fields | undefined {
  return parts.find((part) => part.type === "tool" && part.toolCallId === toolCallId);
}

function executeTool(parts: Fields[], event: WireEvent): void {
  let tool = toolOf(parts, event);
  if (!tool) {
    tool = { type: "tool", toolCallId: event.toolCallId, startedAt: event.time };
    parts.push(tool);
  }
  Object.assign(tool, pick(event, ["name", "parentToolCallId", "status", "input"]));
  append(tool, "inputText", event.inputDelta);
  if (event.progress === undefined) return;
  // § 2: an object with these fields and no others that this client knows.
  const progress = event.progress as Fields;
  append(tool, "outputText", progress.outputDelta);
  const shown = pick(progress, ["fraction", "message"]);
  const before = tool.progress as Fields | undefined;
  if (before || Object.keys(shown).length > 0) tool.progress = { ...before, ...shown };
}

function append(tool: Fields, name: string, delta: unknown): void {
  if (typeof delta === "string") tool[name] = `${tool[name] ?? ""}${delta}`;
}

function completeTool(parts: Fields[], event: WireEvent): void {
  const tool = toolOf(parts, event);
  if (!tool) return;
  Object.assign(tool, pick(event, ["output", "error", "durationMs"]));
  Object.assign(tool, { status: event.outcome, completedAt: event.time });
}

function customPart(parts: Fields[], event: WireEvent): void {
  const index = parts.findIndex(
    (part) =>
      part.type === "custom" &&
      event.key !== undefined &&
      part.name === event.name &&
      part.key === event.key,
  );
  if (index === -1) parts.push(toCustom(event));
  else parts[index] = toCustom(event);
}

function own(channel: FoldedChannel, event: WireEvent): void {
  if (event.key === undefined) channel.custom.push(toCustom(event));
  else {
    const name = String(event.name);
    channel.keyed[name] = { ...channel.keyed[name], [String(event.key)]: toCustom(event) };
  }
}

function toCustom(event: WireEvent): Fields {
  return { type: "custom", ...pick(event, ["name", "key", "data", "time"]) };
}

function complete(run: FoldedRun, event: WireEvent): void {
  Object.assign(run, pick(event, ["output", "error", "usage", "durationMs"]));
  Object.assign(run, { status: event.outcome, completedAt: event.time });
  for (const part of run.parts)
    if (part.type === "tool" && part.completedAt === undefined)
      Object.assign(part, { status: "cancelled", completedAt: event.time });
}

function pick(source: Readonly<Fields>, names: readonly string[]): Fields {
  return Object.fromEntries(
    names.filter((name) => source[name] !== undefined).map((name) => [name, source[name]]),
  );
}
