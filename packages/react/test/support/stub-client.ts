import type { ConnectionInfo, RunwireClient } from "@runwire/client";

/** A client that only has a connection, in whatever state a test wants it. */
export interface StubClient {
  readonly client: RunwireClient;
  set(info: ConnectionInfo): void;
  readonly reconnects: () => number;
  readonly listeners: () => number;
}

/** The states of a connection cannot be brought about one by one with a real server; here they are set. */
export function createStubClient(first: ConnectionInfo): StubClient {
  const listeners = new Set<(info: ConnectionInfo) => void>();
  let connection = first;
  let reconnects = 0;
  const parts: Pick<RunwireClient, "connection" | "onStatus" | "reconnect"> = {
    get connection() {
      return connection;
    },
    onStatus(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    reconnect: () => void reconnects++,
  };
  return {
    // The hooks under test look at these parts only.
    client: parts as RunwireClient,
    set(info) {
      connection = info;
      for (const listener of [...listeners]) listener(info);
    },
    reconnects: () => reconnects,
    listeners: () => listeners.size,
  };
}
