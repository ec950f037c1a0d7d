import type { ChannelEvent } from "@runwire/client";
import { isKnownEvent, type LoggedEvent } from "@runwire/protocol";

/** Longer values are cut. */
const maxLength = 160;

/** What an event says, in a few words. */
export function describeEvent(event: ChannelEvent): string {
  if (!isKnownEvent(event)) return `${event.type} (of a type that this version does not know)`;
  return [event.type, ...toWords(event)].filter((word) => word !== "").join(" ");
}

function toWords(event: LoggedEvent): readonly string[] {
  switch (event.type) {
    case "agent_started":
      return [event.agent.name, quote(event.title), show(event.input)];
    case "agent_thinking":
      return [event.kind, quote(event.delta)];
    case "tool_executing":
      return [event.name, event.status, toProgress(event), show(event.input)];
    case "tool_completed":
      return [event.toolCallId, event.outcome, event.error?.message ?? show(event.output)];
    case "agent_completed":
      return [event.outcome, event.error?.message ?? show(event.output)];
    case "custom":
      return [event.name, event.key ?? "", show(event.data)];
  }
}

function toProgress({ progress }: Extract<LoggedEvent, { type: "tool_executing" }>): string {
  const { fraction, message = "" } = progress ?? {};
  const percent = fraction === undefined ? "" : `${Math.round(fraction * 100)} %`;
  return [percent, message].filter((word) => word !== "").join(" ");
}

function quote(text: string | undefined): string {
  return text === undefined ? "" : cut(JSON.stringify(text));
}

function show(value: unknown): string {
  return value === undefined ? "" : cut(JSON.stringify(value));
}

function cut(text: string): string {
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}
