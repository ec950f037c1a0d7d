import type { RunState, ToolPart } from "@runwire/protocol";

/** How a run or a tool call stands. */
export type Status = RunState["status"] | ToolPart["status"];

/** How people say it. */
export const statusWords: Record<Status, string> = {
  preparing: "preparing",
  awaiting_approval: "awaiting approval",
  running: "running",
  success: "done",
  error: "failed",
  cancelled: "cancelled",
  abandoned: "abandoned",
};
