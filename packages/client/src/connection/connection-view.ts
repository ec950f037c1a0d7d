import type { ClientReport, ConnectionInfo } from "../client-types.js";
import { createWatched } from "../watched.js";
import { type ConnectionState, initialState } from "./connection-state.js";

/** The connection as others see it; its own bookkeeping is nobody's business. */
export function createConnectionView(report: (report: ClientReport) => void) {
  const { get, set, watch } = createWatched(toInfo(initialState, {}), (cause) =>
    report({ code: "listener_failed", message: "a listener of onStatus threw", cause }),
  );
  return {
    info: get,
    onStatus: watch,
    noteState: (state: ConnectionState) => set(toInfo(state, get())),
    noteLatency: (latencyMs: number) => set({ ...get(), latencyMs }),
  };
}

function toInfo(
  state: ConnectionState,
  { latencyMs }: Pick<ConnectionInfo, "latencyMs">,
): ConnectionInfo {
  const { name: status, attempt, error } = state;
  return {
    status,
    attempt: status === "connected" ? 0 : attempt,
    ...(state.name === "waiting" && { retryAt: state.dueAt }),
    ...(latencyMs !== undefined && { latencyMs }),
    ...(error && { error }),
  };
}
