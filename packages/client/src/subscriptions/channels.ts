import { isChannelName, maxRunsPerSubscribe, RunwireError } from "@runwire/protocol";
import type { Channel, ChannelOptions } from "../client-types.js";
import { type ChannelParts, createChannel } from "./channel.js";

/** How many are kept: who reads one channel after another would keep them all. */
const maxChannels = 1_000;

/** Gives the same object for the same name and options; two that are the same share their subscription anyway. */
export function createChannels(
  parts: ChannelParts,
): (name: string, options?: ChannelOptions) => Channel {
  const channels = new Map<string, Channel>();
  return (name, options = {}) => {
    refuseMisuse(name, options);
    const key = `${name} ${options.runs}`;
    const channel = channels.get(key) ?? createChannel(name, options, parts);
    channels.set(key, channel);
    if (channels.size > maxChannels) channels.delete([...channels.keys()][0] ?? "");
    return channel;
  };
}

function refuseMisuse(name: string, { runs = 1 }: ChannelOptions): void {
  if (!isChannelName(name))
    throw new RunwireError(
      "invalid_channel",
      `"${name}" is no channel name; use A-Z a-z 0-9 . _ : / @ + -`,
    );
  if (!Number.isInteger(runs) || runs < 1 || runs > maxRunsPerSubscribe)
    throw new RunwireError("invalid_options", `runs is ${runs}; give 1 to 1000`);
}
