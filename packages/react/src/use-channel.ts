import type { Channel, ChannelOptions, ChannelSnapshot } from "@runwire/client";
import type { ChannelState, RunState } from "@runwire/protocol";
import { useCallback, useMemo, useSyncExternalStore } from "react";
import { useRunwireClient } from "./runwire-provider.js";

/** What {@link useChannel} gives. */
export interface ChannelView {
  /** The channel's runs in the order in which they started, sub-agents' runs among them. */
  readonly runs: readonly RunState[];
  /** Everything that the channel folds to: the runs by id, the channel's own custom events. */
  readonly state: ChannelState;
  /** Until the history is there for the first time. */
  readonly isLoading: boolean;
  /** Why the channel cannot be followed (`forbidden`, …). */
  readonly error: Error | undefined;
  /** Loads the next older runs into `runs`; resolves to `false` when there are none. */
  readonly loadOlder: Channel["loadOlder"];
}

/** The client's object for a channel: the same for the same name and options. */
export function useChannelObject(name: string, options?: ChannelOptions): Channel {
  const client = useRunwireClient();
  const runs = options?.runs;
  return useMemo(
    () => client.channel(name, runs === undefined ? {} : { runs }),
    [client, name, runs],
  );
}

/** Follows a channel while mounted; renders when what `select` takes of its snapshot has changed. */
export function useChannelSnapshot<T>(
  channel: Channel,
  select: (snapshot: ChannelSnapshot) => T,
): T {
  const subscribe = useCallback((listener: () => void) => channel.onSnapshot(listener), [channel]);
  const getSnapshot = () => select(channel.snapshot());
  return useSyncExternalStore(subscribe, getSnapshot, getSnapshot);
}

/**
 * Follows a channel while the component is mounted. Ten components that follow one channel hold one
 * subscription. Renders once for each frame that changed something.
 *
 * @throws RunwireError `no_provider`, `invalid_channel`
 * @example
 * const { runs, isLoading, error } = useChannel("chat:42");
 */
export function useChannel(name: string, options?: ChannelOptions): ChannelView {
  const channel = useChannelObject(name, options);
  const snapshot = useChannelSnapshot(channel, wholeSnapshot);
  const loadOlder = useCallback<Channel["loadOlder"]>(
    (options) => channel.loadOlder(options),
    [channel],
  );
  return useMemo(() => toView(snapshot, loadOlder), [snapshot, loadOlder]);
}

function wholeSnapshot(snapshot: ChannelSnapshot): ChannelSnapshot {
  return snapshot;
}

function toView(snapshot: ChannelSnapshot, loadOlder: Channel["loadOlder"]): ChannelView {
  const { state, isLoading, error } = snapshot;
  const runs = state.order.flatMap((runId) => state.runs[runId] ?? []);
  return { runs, state, isLoading, error, loadOlder };
}
