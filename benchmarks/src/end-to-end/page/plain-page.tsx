import { emptyChannelState, type LoggedEvent, reduceChannel } from "@runwire/protocol";
import { useEffect, useState } from "react";
import { RunView } from "./run-view.tsx";
import { tellReady } from "./tell.ts";

/** The page as one writes it by hand: a state, set for each message of a socket. */
export function PlainPage() {
  const [state, setState] = useState(emptyChannelState);
  useEffect(() => {
    const socket = new WebSocket(`ws://${location.host}/`);
    let offset = 0;
    socket.onopen = tellReady;
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      // The plain worker writes them.
      const event = { ...JSON.parse(data), offset: ++offset } as LoggedEvent;
      setState((earlier) => reduceChannel(earlier, [event]));
    };
    return () => socket.close();
  }, []);
  return Object.values(state.runs).map((run) => <RunView key={run.runId} run={run} />);
}
