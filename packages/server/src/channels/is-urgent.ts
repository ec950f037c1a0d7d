import type { LogEntry } from "../log/entry.js";

/** Whether an event must not wait for the window. */
export function isUrgent({ event }: LogEntry): boolean {
  switch (event.type) {
    case "agent_thinking":
      return false;
    case "custom":
      return (event as { readonly priority?: unknown }).priority === "high";
    default:
      return true;
  }
}
