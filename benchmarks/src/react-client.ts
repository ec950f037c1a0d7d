import type { Channel, ChannelSnapshot, RunwireClient } from "@runwire/client";
import { emptyChannelState, type LoggedEvent, reduceChannel } from "@runwire/protocol";

/** A client of one channel that is fed by hand: it folds and notifies once for each frame, as the real one. */
export interface FedClient {
  readonly client: RunwireClient;
  receive(frame: readonly LoggedEvent[]): void;
}

export function createFedClient(): FedClient {
  const listeners = new Set<() => void>();
  let snapshot: ChannelSnapshot = { state: emptyChannelState, isLoading: false };
  const channel: Pick<Channel, "onSnapshot" | "snapshot"> = {
    snapshot: () => snapshot,
    onSnapshot(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    // The hooks that are measured use nothing else of a client.
    client: { channel: () => channel } as unknown as RunwireClient,
    receive(frame) {
      snapshot = { ...snapshot, state: reduceChannel(snapshot.state, frame) };
      for (const listener of [...listeners]) listener();
    },
  };
}
