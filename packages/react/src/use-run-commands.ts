import type { Channel } from "@runwire/client";
import { useMemo } from "react";
import { useChannelObject } from "./use-channel.js";

/** What a person can tell a run. Each resolves to the handler's answer, or rejects as `channel.command` does. */
export interface RunCommands {
  /** Asks the run to stop. Leaving the page does not. */
  readonly cancel: () => Promise<unknown>;
  /** Approves a tool call that awaits it. */
  readonly approve: (toolCallId: string) => Promise<unknown>;
  /** Rejects a tool call that awaits approval. */
  readonly reject: (toolCallId: string) => Promise<unknown>;
  /** Sends the run a message: whatever its `message` handler takes. */
  readonly send: (data: unknown) => Promise<unknown>;
  /** Sends a command of the application's own. */
  readonly command: (name: string, data?: unknown) => Promise<unknown>;
}

/**
 * The commands of one run; the same functions for the same channel and run.
 *
 * @throws RunwireError `no_provider`, `invalid_channel`
 * @example
 * const { cancel } = useRunCommands("chat:42", runId);
 * <button type="button" onClick={() => void cancel()}>Stop</button>;
 */
export function useRunCommands(name: string, runId: string): RunCommands {
  const channel = useChannelObject(name);
  return useMemo(() => createRunCommands(channel, runId), [channel, runId]);
}

function createRunCommands(channel: Channel, runId: string): RunCommands {
  const command = (name: string, data?: unknown) => channel.command(runId, name, data);
  return {
    cancel: () => command("cancel"),
    approve: (toolCallId) => command("approve", { toolCallId }),
    reject: (toolCallId) => command("reject", { toolCallId }),
    send: (data) => command("message", data),
    command,
  };
}
