import type { Channel } from "@runwire/client";
import type { ChannelState, RunState } from "@runwire/protocol";

/** Resolves to the channel's state, as soon as `test` likes it. */
function untilState(
  channel: Channel,
  test: (state: ChannelState) => boolean,
): Promise<ChannelState> {
  return new Promise((resolve) => {
    const stop = channel.subscribe((state) => {
      if (!test(state)) return;
      queueMicrotask(() => stop()); // the first call may come before there is a `stop`
      resolve(state);
    });
  });
}

/** The latest run of an agent, as soon as `test` likes it. */
export async function untilRun(
  channel: Channel,
  agent: string,
  test: (run: RunState) => boolean,
): Promise<RunState> {
  const latest = ({ runs, order }: ChannelState) =>
    order.map((runId) => runs[runId]).findLast((run) => run?.agent.name === agent);
  const state = await untilState(channel, (state) => {
    const run = latest(state);
    return run !== undefined && test(run);
  });
  return latest(state) as RunState; // or `test` would not have seen it
}
