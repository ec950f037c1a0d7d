import type { ChannelEvent } from "@runwire/client";
import { checkRun, formatRunReport, isKnownEvent, type LoggedEvent } from "@runwire/protocol";
import { toLine } from "../misuse.js";
import { describeEvent } from "./describe-event.js";

/** Makes the function that turns an event into the lines that are printed of it. */
export function createEventPrinter(asJson: boolean): (event: ChannelEvent) => readonly string[] {
  if (asJson) return (event) => [JSON.stringify(event)];
  const runs = new RunChecks();
  return (event) => [toEventLine(event), ...runs.follow(event)];
}

function toEventLine(event: ChannelEvent): string {
  const time = new Date(event.time).toISOString().slice(11, 23);
  const place = `${event.offset}`.padStart(6);
  return toLine(`${place}  ${time}  ${event.runId ?? "-"}  ${describeEvent(event)}`);
}

/** Reports on each run whose first event was printed, when its last one is. */
class RunChecks {
  readonly #open = new Map<string, LoggedEvent[]>();

  follow(event: ChannelEvent): readonly string[] {
    if (!isKnownEvent(event) || event.runId === undefined) return [];
    if (event.type === "agent_started") this.#open.set(event.runId, []);
    this.#open.get(event.runId)?.push(toBare(event));
    return event.type === "agent_completed" ? this.#report(event.runId) : [];
  }

  #report(runId: string): readonly string[] {
    const events = this.#open.get(runId);
    this.#open.delete(runId);
    return events ? formatRunReport(checkRun(events)).split("\n") : [];
  }
}

/** Without what a report does not look at: a long run is followed in little memory. */
function toBare(event: LoggedEvent): LoggedEvent {
  switch (event.type) {
    case "agent_started": {
      const { input: _input, metadata: _metadata, parentRunId: _parent, ...bare } = event;
      return bare;
    }
    case "agent_thinking":
      return { ...event, delta: "" };
    case "tool_executing": {
      const { input: _input, inputDelta: _delta, progress: _progress, ...bare } = event;
      return bare;
    }
    case "tool_completed":
    case "agent_completed": {
      const { output: _output, ...bare } = event;
      return bare;
    }
    case "custom": {
      const { data: _data, ...bare } = event;
      return bare;
    }
  }
}
