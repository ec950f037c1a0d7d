// #region client
import { createRunwireClient } from "@runwire/client";
// #endregion

import type { Channel, ChannelEvent, ChannelListener } from "@runwire/client";
import { freshToken } from "./users.ts";

/** `url` is `ws:`, `wss:`, `http:`, `https:`, or in a page a path: `/runwire`. */
export function connect(url: string) {
  // #region client
  const client = createRunwireClient({ url, token: () => freshToken() });
  const channel = client.channel("chat:42");
  // #endregion
  return { client, channel };
}

export function follow(channel: Channel, render: ChannelListener) {
  // #region client
  // What a page shows: the folded state, and what is new in it, once for each frame.
  const stop = channel.subscribe((state, events) => render(state, events));
  // #endregion
  return stop;
}

export async function copy(
  channel: Channel,
  archive: (event: ChannelEvent) => void,
  signal: AbortSignal,
) {
  // #region client
  // Every event as it was written, from the first one on, then live.
  for await (const event of channel.events({ from: "start", signal })) archive(event);
  // #endregion
}

export async function cancel(channel: Channel, runId: string) {
  // #region client
  // A person's word to the agent; resolves once the run has taken it.
  await channel.command(runId, "cancel");
  // #endregion
}
