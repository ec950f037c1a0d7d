import type { AgentStarted, RunOutcome, RunwireEvent } from "@runwire/protocol";
import type { Actor, AppendRequest, EncodedEvent, EventStore } from "../event-store.js";

const time = 1_750_000_000_000;

/** An event with its text. */
export function encoded(event: RunwireEvent): EncodedEvent {
  return { event, json: JSON.stringify(event) };
}

export function started(runId: string, more: Partial<AgentStarted> = {}): EncodedEvent {
  return encoded({ type: "agent_started", runId, time, agent: { name: "researcher" }, ...more });
}

export function thinking(runId: string, delta = "…"): EncodedEvent {
  return encoded({ type: "agent_thinking", runId, time, messageId: "m", kind: "output", delta });
}

export function executing(runId: string, toolCallId: string): EncodedEvent {
  return encoded({
    type: "tool_executing",
    runId,
    time,
    toolCallId,
    name: "grep",
    status: "running",
  });
}

export function executed(runId: string, toolCallId: string): EncodedEvent {
  return encoded({ type: "tool_completed", runId, time, toolCallId, outcome: "success" });
}

export function completed(runId: string, outcome: RunOutcome = "success"): EncodedEvent {
  return encoded({ type: "agent_completed", runId, time: time + 1, outcome });
}

/** The channel's own event, or with `runId` a run's. */
export function custom(name: string, key?: string, data?: unknown, runId?: string): EncodedEvent {
  return encoded({
    type: "custom",
    time,
    name,
    ...(key === undefined ? {} : { key }),
    ...(data === undefined ? {} : { data }),
    ...(runId === undefined ? {} : { runId }),
  });
}

/** Where the samples go, unless a test says otherwise. */
export const channel = "chat:42";
export const writer = "writer-1";
export const ann: Actor = { type: "user", id: "ann" };

let publishes = 0;

/** An append under an id of its own. */
export function request(
  events: readonly EncodedEvent[],
  more: Partial<AppendRequest> = {},
): AppendRequest {
  publishes += 1;
  return { channel, writer, id: `publish-${publishes}`, actor: ann, events, ...more };
}

/** Appends what must be accepted; answers the offset of the first event. */
export async function append(
  store: EventStore,
  events: readonly EncodedEvent[],
  more: Partial<AppendRequest> = {},
): Promise<number> {
  const result = await store.append(request(events, more));
  if (result.status === "refused") throw new Error(`refused: ${result.code}: ${result.message}`);
  return result.offset;
}

/** All texts of a channel's log, by offset. */
export async function textsOf(store: EventStore, name = channel): Promise<readonly string[]> {
  const { events } = await store.read({ channel: name, after: 0, limit: 10_000 });
  return events.map(({ json }) => json);
}
