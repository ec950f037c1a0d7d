import { useChannel } from "@runwire/react";
import { useEffect } from "react";
import { channelName } from "../names.ts";
import { RunView } from "./run-view.tsx";
import { tellReady } from "./tell.ts";

/** The page as one writes it with runwire. */
export function RunwirePage() {
  const { runs, isLoading } = useChannel(channelName);
  useEffect(() => {
    if (!isLoading) tellReady();
  }, [isLoading]);
  return runs.map((run) => <RunView key={run.runId} run={run} />);
}
