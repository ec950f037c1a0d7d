import { type ReactNode, useEffect, useState } from "react";
import { type ConnectionView, useConnection } from "./use-connection.js";

/** Props of {@link ConnectionStatus}. */
export interface ConnectionStatusProps {
  /** How long a connection may be away before anything shows, milliseconds. @default 2000 */
  readonly delayMs?: number;
  readonly className?: string;
  /** The button's text. @default "Retry now" */
  readonly retryLabel?: string;
  /** What to say in place of the English sentence. */
  readonly children?: (connection: ConnectionView) => ReactNode;
}

/**
 * Says that the connection is away, and offers to retry; nothing while all is well.
 *
 * Unstyled: a `role="status"` element with `data-status`, holding a sentence and a button. A connection
 * that is back within `delayMs` shows nothing, so that a proxy that ends connections now and then makes no flicker.
 *
 * @throws RunwireError `no_provider`
 * @example
 * <ConnectionStatus className="connection" />
 */
export function ConnectionStatus(props: ConnectionStatusProps): ReactNode {
  const connection = useConnection();
  const isAway = connection.status !== "connected" && connection.status !== "idle";
  const isDue = useDelayed(isAway, props.delayMs ?? 2000);
  return (
    <div role="status" className={props.className} data-status={connection.status} hidden={!isDue}>
      {isDue && (
        <>
          <span>{props.children?.(connection) ?? describeConnection(connection)}</span>
          <button type="button" onClick={connection.reconnect}>
            {props.retryLabel ?? "Retry now"}
          </button>
        </>
      )}
    </div>
  );
}

/** Whether `value` has been true for `delayMs`. */
function useDelayed(value: boolean, delayMs: number): boolean {
  const [isDue, setDue] = useState(false);
  useEffect(() => {
    if (!value) return setDue(false);
    const timer = setTimeout(() => setDue(true), delayMs);
    return () => clearTimeout(timer);
  }, [value, delayMs]);
  return value && isDue;
}

function describeConnection({ status, attempt, retryInMs, error }: ConnectionView): ReactNode {
  switch (status) {
    case "connecting":
    case "handshaking":
      return attempt > 1 ? `Reconnecting, attempt ${attempt} …` : "Connecting …";
    case "waiting":
      return (
        <>
          Reconnecting, attempt {attempt}
          {/* A screen reader would read the sentence anew each second. */}
          <span aria-hidden="true">, in {(retryInMs ?? 0) / 1000} s</span>
        </>
      );
    case "parked":
      return "The server cannot be reached. Trying again every 5 minutes.";
    case "closed":
      return error ? `Disconnected: ${error.message}` : "Disconnected";
    case "idle":
    case "connected":
      return null;
  }
}
