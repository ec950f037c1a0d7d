import { checkLifecycle, isDelta, type LifecycleFacts, type RunwireEvent } from "@runwire/protocol";

/** Judges the events of a channel one by one, in their order. */
export class Judge {
  readonly #runs = new Map<string, LifecycleFacts["run"]>();
  readonly #tools = new Map<string, LifecycleFacts["tool"]>();

  /** What is wrong with an event that would come now; `undefined` when nothing is. */
  findFault(event: RunwireEvent): { readonly code: string; readonly message: string } | undefined {
    const run = this.#runs.get(event.runId ?? "") ?? "absent";
    const violation = checkLifecycle({ run, tool: this.#tools.get(toToolKey(event)) }, event);
    if (violation) return violation;
    if (event.type === "agent_started" && event.parentRunId !== undefined)
      if (this.#runs.get(event.parentRunId) !== "running")
        return { code: "lifecycle_violation", message: "the parent does not run" };
    if (!deltasOf(event).every(isDelta))
      return { code: "invalid_event", message: "a delta is cut inside a surrogate pair" };
    return undefined;
  }

  accept(event: RunwireEvent): void {
    if (event.type === "agent_started") this.#runs.set(event.runId, "running");
    if (event.type === "agent_completed") this.#runs.set(event.runId, "completed");
    if (event.type === "tool_executing") this.#tools.set(toToolKey(event), "open");
    if (event.type === "tool_completed") this.#tools.set(toToolKey(event), "completed");
  }
}

function toToolKey(event: RunwireEvent): string {
  return "toolCallId" in event ? `${event.runId} ${event.toolCallId}` : "";
}

function deltasOf(event: RunwireEvent): readonly string[] {
  if (event.type === "agent_thinking") return [event.delta];
  const delta = event.type === "tool_executing" ? event.progress?.outputDelta : undefined;
  return delta === undefined ? [] : [delta];
}
