import type { RunState } from "@runwire/protocol";
import { type ChannelView, useChannel, useRun } from "@runwire/react";
import { CHANNEL } from "../shared/question.ts";

/** The page opens with so many root runs, older ones come when asked for. The same for every hook: one subscription. */
const OPTIONS = { runs: 20 } as const;

/** The workbench's channel: its runs, and the questions asked. */
export function useWorkbench(): ChannelView {
  return useChannel(CHANNEL, OPTIONS);
}

/** One run of it. */
export function useWorkbenchRun(runId: string): RunState | undefined {
  return useRun(CHANNEL, runId, undefined, OPTIONS);
}
