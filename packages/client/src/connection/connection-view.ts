import type { ClientReport, ConnectionInfo } from "../client-types.js";
import { createListeners } from "../listeners.js";
import { type ConnectionState, initialState } from "./connection-state.js";

/** The connection as others see it: one object until something changes. */
export function createConnectionView(report: (report: ClientReport) => void) {
  const listeners = createListeners<[ConnectionInfo]>((cause) =>
    report({ code: "listener_failed", message: "a listener of onStatus threw", cause }),
  );
  let info = toInfo(initialState, undefined);
  return {
    info: () => info,
    onStatus: listeners.add,
    noteState: (state: ConnectionState) => show(toInfo(state, info.latencyMs)),
    noteLatency: (latencyMs: number) => show({ ...info, latencyMs }),
  };

  function show(next: ConnectionInfo): void {
    // The connection's own bookkeeping is nobody's business.
    const isSame = (Object.keys({ ...info, ...next }) as (keyof ConnectionInfo)[]).every(
      (key) => info[key] === next[key],
    );
    if (isSame) return;
    info = next;
    listeners.emit(info);
  }
}

function toInfo(state: ConnectionState, latencyMs: number | undefined): ConnectionInfo {
  const { name: status, attempt, error } = state;
  return {
    status,
    attempt: status === "connected" ? 0 : attempt,
    ...(state.name === "waiting" && { retryAt: state.dueAt }),
    ...(latencyMs !== undefined && { latencyMs }),
    ...(error && { error }),
  };
}
