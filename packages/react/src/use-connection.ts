import type { ConnectionInfo, ConnectionStatus, RunwireClient } from "@runwire/client";
import { useMemo, useSyncExternalStore } from "react";
import { useRunwireClient } from "./runwire-provider.js";

/** What {@link useConnection} gives. */
export interface ConnectionView {
  readonly status: ConnectionStatus;
  /** The latest round trip, milliseconds. */
  readonly latencyMs: number | undefined;
  /** Attempts since the last connection that lasted. */
  readonly attempt: number;
  /** Milliseconds until the next attempt, in whole seconds and counting down; only while `waiting`. */
  readonly retryInMs: number | undefined;
  /** Why the connection ended for good, or last failed. */
  readonly error: Error | undefined;
  /** Connects now, with fresh attempts. */
  readonly reconnect: () => void;
}

/**
 * Follows the connection.
 *
 * @throws RunwireError `no_provider`
 * @example
 * const { status, attempt, retryInMs, reconnect } = useConnection();
 */
export function useConnection(): ConnectionView {
  const client = useRunwireClient();
  const store = useMemo(() => createConnectionStore(client), [client]);
  return useSyncExternalStore(store.subscribe, store.getView, store.getView);
}

/** The connection and, while an attempt is due, a count-down that notifies once a second. */
function createConnectionStore(client: RunwireClient) {
  const reconnect = () => client.reconnect();
  let view = toView(client.connection, reconnect);
  const getView = () => {
    const next = toView(client.connection, reconnect);
    if (!isSame(view, next)) view = next;
    return view;
  };
  const subscribe = (listener: () => void) => {
    let timer: ReturnType<typeof setInterval> | undefined;
    const follow = ({ status }: ConnectionInfo) => {
      clearInterval(timer);
      if (status === "waiting") timer = setInterval(listener, 1000);
      listener();
    };
    const stop = client.onStatus(follow);
    follow(client.connection);
    return () => {
      clearInterval(timer);
      stop();
    };
  };
  return { getView, subscribe };
}

function toView(info: ConnectionInfo, reconnect: () => void): ConnectionView {
  const { status, attempt, latencyMs, retryAt, error } = info;
  const retryInMs =
    retryAt === undefined
      ? undefined
      : Math.max(0, Math.ceil((retryAt - Date.now()) / 1000)) * 1000;
  return { status, latencyMs, attempt, retryInMs, error, reconnect };
}

function isSame(one: ConnectionView, other: ConnectionView): boolean {
  // Both are made by toView, so that these are all their keys.
  return (Object.keys(one) as (keyof ConnectionView)[]).every((key) => one[key] === other[key]);
}
